/**
 * A kernel of one's own: WGSL for the GPU, a reference in plain TypeScript for the CPU and for checking.
 *
 *     deno run -A examples/custom_kernel.ts
 *
 * docs/kernels.md says how a kernel joins the library and its tests.
 */
import { type Device, grid, type Kernel, openDevice, whole } from "@albert-lab/albert";

const WORKGROUP = 64;

const source = /* wgsl */ `
// y = softplus(x) = ln(1 + exp(x)), written so that exp never overflows.
struct Parameters {
  count: u32,
}

// The uniform block is binding 0, the storage bindings follow in the order of the signature.
@group(0) @binding(0) var<uniform> parameters: Parameters;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

override WORKGROUP: u32;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  if (i < parameters.count) {
    y[i] = max(x[i], 0.0) + log(1.0 + exp(-abs(x[i])));
  }
}
`;

const softplus: Kernel = {
  name: "example.softplus",
  // The signature: what is bound, and the numbers that travel with each run.
  bindings: {
    x: { type: "f32", access: "read" },
    y: { type: "f32", access: "read_write" },
  },
  uniforms: { count: "u32" },
  structural: {},
  // What a device checks before it runs.
  lengths: ({ count }) => ({ x: count, y: count }),
  // Ways of computing it on a GPU, best first.
  variants: [{
    name: "scalar",
    numerics: "exact order",
    supports: () => true,
    source: () => source,
    constants: () => ({ WORKGROUP }),
    workgroups: ({ uniforms: { count } }) => grid(Math.ceil(count / WORKGROUP)),
  }],
  // The same in TypeScript, for items `begin` to `end`: what the CPU device runs.
  items: ({ count }) => count,
  reference({ x, y }, _uniforms, _structural, begin, end) {
    for (let i = begin; i < end; i++) {
      y[i] = Math.max(x[i], 0) + Math.log1p(Math.exp(-Math.abs(x[i])));
    }
  },
  // For profiles, and the cases of the registry's test.
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

// The reference by itself, in float64: the truth to compare with.
const expected = new Float64Array(input.length);
const uniforms = { count: input.length };
softplus.reference({ x: Float64Array.from(input), y: expected }, uniforms, {}, 0, input.length);

for (const name of ["auto", "cpu"] as const) {
  const device = await openDevice({ device: name });
  const actual = await run(device, input);
  const worst = actual.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - expected[i]) / (1 + expected[i])),
    0,
  );
  console.log(`${device.description.kind}: off by ${worst.toExponential(1)} at most`);
  if (!(worst < 1e-6)) throw new Error("The kernel differs from its reference");
  await device.destroy();
}
