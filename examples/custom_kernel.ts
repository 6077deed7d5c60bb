/**
 * A custom kernel: WGSL for the GPU, and a reference in plain TypeScript that runs on the CPU and checks the GPU's results.
 *
 *     deno run -A examples/custom_kernel.ts
 *
 * docs/kernels.md explains how to add a kernel to the library and its tests.
 */
import { type Device, grid, type Kernel, openDevice, whole } from "@albert-lab/albert";

const WORKGROUP = 64;

// The shader's body: the device generates its uniforms, bindings and entry point from the signature below.
const body = /* wgsl */ `
// y = softplus(x) = ln(1 + exp(x)), written so that exp never overflows.
fn main(i: u32) {
  if (i < parameters.count) {
    y[i] = max(x[i], 0.0) + log(1.0 + exp(-abs(x[i])));
  }
}
`;

const softplus: Kernel = {
  name: "example.softplus",
  // The signature: storage bindings, and the numbers that each run passes.
  bindings: {
    x: { type: "f32", access: "read" },
    y: { type: "f32", access: "read_write" },
  },
  uniforms: { count: "u32" },
  structural: {},
  // Least lengths of the bindings, checked before every run.
  lengths: ({ count }) => ({ x: count, y: count }),
  // Implementations for the GPU, best first.
  variants: [{
    name: "scalar",
    numerics: "exact order",
    supports: () => true,
    workgroupSize: WORKGROUP,
    body: () => body,
    workgroups: ({ uniforms: { count } }) => grid(Math.ceil(count / WORKGROUP)),
  }],
  // The same in TypeScript for items `begin` to `end`, which the CPU device runs.
  items: ({ count }) => count,
  reference({ x, y }, _uniforms, _structural, begin, end) {
    for (let i = begin; i < end; i++) {
      y[i] = Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs(x[i])));
    }
  },
  // For profiles, and the cases that the registry test would run.
  work: ({ count }) => ({ flops: 5 * count, bytes: 8 * count }),
  cases: () => [1, 63, 64, 1000].map((count) => ({ structural: {}, uniforms: { count } })),
};

/** Computes softplus on a device. */
async function run(device: Device, input: Float32Array): Promise<Float32Array> {
  const count = input.length;
  const x = device.temporary(count, "f32", "x");
  const y = device.temporary(count, "f32", "y");
  device.write(whole(x), input);
  device.run(softplus, { bindings: { x: whole(x), y: whole(y) }, uniforms: { count } });
  return await device.read(whole(y)) as Float32Array;
}

const input = Float32Array.from({ length: 1001 }, (_, i) => (i - 500) / 10);

// The reference in float64: the expected results.
const expected = new Float64Array(input.length);
const uniforms = { count: input.length };
softplus.reference({ x: Float64Array.from(input), y: expected }, uniforms, {}, 0, input.length);

// "webgpu" also opens software drivers, which "auto" leaves out.
const adapter = await navigator.gpu?.requestAdapter() ?? null;
for (const name of adapter === null ? ["cpu"] as const : ["webgpu", "cpu"] as const) {
  const device = await openDevice({ device: name });
  const actual = await run(device, input);
  const worst = actual.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - expected[i]) / (1 + expected[i])),
    0,
  );
  console.log(`${device.description.kind}: largest relative error ${worst.toExponential(1)}`);
  if (!(worst < 1e-6)) throw new Error("The kernel and its reference disagree");
  await device.destroy();
}
