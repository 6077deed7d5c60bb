/**
 * Variants of the kernels whose invocations each compute one element, or four neighbours, by themselves.
 *
 * @module
 */
import { grid, type Structural, type Uniforms, type Variant } from "./kernel.ts";
import { specialise } from "./template.ts";
import scalar from "./wgsl/scalar.wgsl" with { type: "text" };
import vector from "./wgsl/vector.wgsl" with { type: "text" };

const WORKGROUP = 64;

/** How the elements that a kernel writes are laid out: `rows` rows of `columns`, each row at a multiple of `pitch`. */
export interface MapShape {
  readonly rows: number;
  /** What must be a multiple of 4 for four elements at a time. */
  readonly multiples: readonly number[];
  /** Elements of a row that are computed. */
  readonly columns: number;
}

/** A vector and a scalar variant of the WGSL `texts`, which are written for `Value`, be it `vec4<f32>` or `f32`. */
export function mapVariants(
  texts: readonly string[],
  shape: (uniforms: Uniforms) => MapShape,
): readonly Variant[] {
  const variant = (name: string, width: number, head: string): Variant => ({
    name,
    numerics: "exact order",
    supports: ({ uniforms }) => shape(uniforms).multiples.every((n) => n % width === 0),
    source: (structural: Structural) =>
      specialise([head, ...texts].join("\n"), { ...structural, vector: width > 1 }),
    constants: () => ({ WORKGROUP }),
    workgroups: ({ uniforms }) => {
      const { rows, columns } = shape(uniforms);
      return grid(Math.ceil(rows * columns / width / WORKGROUP));
    },
  });
  return [variant("vector", 4, vector), variant("scalar", 1, scalar)];
}

/** The shape of flat arrays of `count` elements. */
export function flat({ count }: Uniforms): MapShape {
  return { rows: 1, columns: count, multiples: [count] };
}
