import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { type Kernel, matmulHalf, matmulMatmul } from "../../../../kernels/mod.ts";
import { squareMatmul, Tuner, type WebGpuDevice, whole } from "../../../../src/device/mod.ts";
import { candidates, choiceKey } from "../../../../src/device/webgpu/tuner/candidates.ts";
import { buffer, counting, testGpu } from "../with_gpu.ts";
import { COUNT, KEY, scaled } from "./scaled_kernel.ts";

async function runScaled(device: WebGpuDevice): Promise<{ variant: string; y: number[] }> {
  const x = buffer(device, "x", counting(COUNT));
  const y = device.allocate(COUNT, "f32", "y");
  device.startProfile();
  device.run(scaled, { bindings: { x: whole(x), y: whole(y) }, uniforms: { count: COUNT } });
  const [{ variant }] = await device.endProfile();
  return { variant, y: [...await device.read(whole(y))] };
}

const first = new Tuner();
testGpu("uses the default variant until the tuner has measured the run", async (device) => {
  first.start(device);
  const before = await runScaled(device);
  assertEquals(before.variant, "plain");
  assertEquals(first.waiting, 1);
  const tuned = (await first.tuneNext())!;
  assertEquals(tuned.key, KEY);
  assertEquals(
    tuned.wrong,
    ["wrong"],
    "a variant is checked even if its numerics class equals the default's",
  );
  assertEquals([...tuned.milliseconds.keys()].sort(), ["large", "plain"]);
  assertEquals(first.waiting, 0);
  const after = await runScaled(device);
  assertEquals(after.variant, tuned.chosen);
  assertEquals(after.y, before.y);
  assertEquals(await first.tuneNext(), null);
}, { variantOf: first.variantOf, choiceVersion: first.choiceVersion });

for (
  const [remembered, taken] of [
    ["large", "large"],
    ["other class", "plain"],
    ["not for this size", "plain"],
    ["of another version", "plain"],
  ]
) {
  const tuner = new Tuner();
  testGpu(`with the cached choice "${remembered}" uses the variant "${taken}"`, async (device) => {
    tuner.start(device, new Map([[KEY, remembered]]));
    const { variant, y } = await runScaled(device);
    assertEquals(variant, taken);
    assertEquals(y, counting(COUNT).map((i) => 2 * i));
    assertEquals(tuner.waiting, 0);
  }, { variantOf: tuner.variantOf, choiceVersion: tuner.choiceVersion });
}

const products = new Tuner();
testGpu("computes equal bits with every tile that the tuner may choose", async (device) => {
  products.start(device);
  const { uniforms, structural } = squareMatmul(128);
  const { capabilities } = device.access;
  const possible = candidates(matmulMatmul, { uniforms, structural, capabilities });
  assert(possible.length > 1, "only one candidate");
  const key = choiceKey(matmulMatmul, structural, uniforms)!;
  const values = Array.from({ length: 128 * 128 }, (_, i) => Math.sin(i));
  const [a, b] = ["a", "b"].map((name) => whole(buffer(device, name, values)));
  const results: string[] = [];
  for (const { name } of possible) {
    products.start(device, new Map([[key, name]]));
    const c = whole(device.temporary(128 * 128, "f32", "c"));
    device.run(matmulMatmul, { bindings: { a, b, c }, uniforms, structural });
    results.push((await device.read(c)).join());
  }
  assertNotEquals(results[0], new Array(128 * 128).fill(0).join());
  assertEquals(new Set(results).size, 1);
}, { variantOf: products.variantOf, choiceVersion: products.choiceVersion });

const tunedHalf = new Tuner();
testGpu(
  "checks half-precision matrix multiplications with operands that are not all zero",
  async (device) => {
    tunedHalf.start(device);
    const { uniforms, structural } = squareMatmul(128);
    const run = { uniforms, structural: { ...structural, unscale: false } };
    const { capabilities } = device.access;
    const [usual] = candidates(matmulHalf, { ...run, capabilities });
    const turned = {
      ...usual,
      name: "turned",
      body: (given: typeof structural, capable: typeof capabilities) =>
        usual.body({ ...given, transpose_b: true }, capable),
    };
    const kernel: Kernel = { ...matmulHalf, name: "test.half", variants: [usual, turned] };
    const zeros = ["a", "b"].map((name) => [name, whole(device.temporary(128 * 64, "u32", name))]);
    const bindings = {
      ...Object.fromEntries(zeros),
      c: whole(device.temporary(128 * 128, "f32", "c")),
    };
    device.run(kernel, { ...run, bindings });
    assertEquals((await tunedHalf.tuneNext())!.wrong, ["turned"]);
  },
  { variantOf: tunedHalf.variantOf, choiceVersion: tunedHalf.choiceVersion },
);

Deno.test("choiceKey() rounds sizes up to a power of two and keeps structural parameters", () => {
  const { uniforms, structural } = squareMatmul(96);
  const key = (change: Record<string, number>, turned = false) =>
    choiceKey(matmulMatmul, { ...structural, transpose_b: turned }, { ...uniforms, ...change });
  assertEquals(key({ m: 65 }), key({ m: 128 }));
  assertNotEquals(key({ m: 64 }), key({ m: 65 }));
  assertNotEquals(key({}), key({}, true));
  assertEquals(key({ lda: 192 }), key({}), "a pitch is not a size");
});
