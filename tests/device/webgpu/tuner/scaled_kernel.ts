/** A kernel with variants that a tuner may and may not choose. */
import { grid, type Kernel, type Variant } from "../../../../kernels/mod.ts";

/** Elements of the tuned run. */
export const COUNT = 1000;

/** The tuner's key of the run. */
export const KEY = "test.scaled count≤1024";

function variant(
  name: string,
  workgroup: number,
  { factor = "2.0", ...over }: Partial<Variant> & { factor?: string } = {},
): Variant {
  return {
    name,
    numerics: "plain",
    tuning: { workgroup },
    supports: () => true,
    workgroupSize: workgroup,
    body: () => `
    fn main(i: u32) {
      if (i < parameters.count) { y[i] = ${factor} * x[i]; }
    }`,
    workgroups: ({ uniforms }) => grid(Math.ceil(uniforms.count / workgroup)),
    ...over,
  };
}

/** y[i] = 2·x[i]. The variant `wrong` has another factor. */
export const scaled: Kernel = {
  name: "test.scaled",
  bindings: {
    x: { type: "f32", access: "read" },
    y: { type: "f32", access: "read_write" },
  },
  uniforms: { count: "u32" },
  structural: {},
  variants: [
    variant("not preferred", 32, { prefers: () => false, supports: () => false }),
    variant("plain", 64),
    variant("large", 256, { prefers: () => false }),
    variant("wrong", 128, { factor: "3.0" }),
    variant("other class", 128, { numerics: "another", factor: "4.0" }),
    variant("not for this size", 128, { supports: () => false, factor: "5.0" }),
  ],
  sizes: ["count"],
  lengths: ({ count }) => ({ x: count, y: count }),
  items: ({ count }) => count,
  reference({ x, y }, _uniforms, _structural, begin, end) {
    for (let i = begin; i < end; i++) y[i] = 2 * x[i];
  },
  work: ({ count }) => ({ flops: count, bytes: 8 * count }),
  cases: () => [],
};
