import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  arithmeticProbe,
  copyCeiling,
  copyProbe,
  DeviceError,
  makeBindings,
  measureCase,
  openReferenceDevice,
  squareMatmul,
  timeRuns,
  whole,
} from "../../src/device/mod.ts";
import { matmulMatmul } from "../../kernels/mod.ts";
import { failing } from "./host/toy_kernels.ts";
import { testGpu } from "./webgpu/with_gpu.ts";

const quick = { rounds: 1, milliseconds: 1 };

for (const probe of [arithmeticProbe, copyProbe]) {
  testGpu(`computes ${probe.name} like its reference`, async (device) => {
    const [example] = probe.cases();
    const { bindings } = makeBindings(device, probe, example);
    device.run(probe, { bindings, uniforms: example.uniforms });
    const found = await device.read(bindings.y);
    const reference = openReferenceDevice({ precision: "f32" });
    const references = makeBindings(reference, probe, example).bindings;
    reference.run(probe, { bindings: references, uniforms: example.uniforms });
    const expected = await reference.read(references.y);
    found.forEach((value, i) =>
      assert(Math.abs(value - expected[i]) <= 1e-5 * Math.abs(expected[i]))
    );
  });
}

testGpu("keeps no memory after a measurement", async (device) => {
  const before = device.memory().persistentBytes;
  const found = await measureCase(device, matmulMatmul, squareMatmul(64), quick);
  assert(found.milliseconds > 0 && found.milliseconds < 1000, `${found.milliseconds} ms`);
  assert(matmulMatmul.variants.some(({ name }) => name === found.variant), found.variant);
  const flops = 2 * 64 ** 3;
  assertEquals(
    Math.round(found.gigaflopsPerSecond * found.milliseconds * 1e6),
    flops,
  );
  assertEquals(device.memory().persistentBytes, before);
});

Deno.test("measureCase() measures a device without variants", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const found = await measureCase(device, copyProbe, copyProbe.cases()[0], quick);
  assertEquals(found.variant, "reference");
  assertEquals(device.memory().buffers, 0);
});

Deno.test("timeRuns() rejects with the fault of the device", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const y = device.allocate(20, "f32", "y");
  const record = () => device.run(failing, { bindings: { y: whole(y) }, uniforms: { count: 20 } });
  await assertRejects(() => timeRuns(device, 2, record), DeviceError, "toy.failing failed");
  await device.destroy();
});

Deno.test("makeBindings() fills bindings as the case specifies, and draws the others from a fixed seed", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const example = {
    structural: {},
    uniforms: { count: 4 },
    fill: { y: (length: number) => new Array(length).fill(7) },
  };
  const first = makeBindings(device, copyProbe, example).bindings;
  const second = makeBindings(device, copyProbe, example).bindings;
  const [y, a, b] = await Promise.all([first.y, first.x, second.x].map((v) => device.read(v)));
  assertEquals([...y], [7, 7, 7, 7]);
  assertEquals(a, b);
  assert(new Set(a).size === 4);
  assertThrows(() => device.write(whole(first.x.buffer), new Float32Array(5)), RangeError);
});

Deno.test("copyCeiling() uses the smallest copy that is at least as large", () => {
  const copies = [1, 10, 100].map((bytes) => ({ bytes, gigabytesPerSecond: 1000 / bytes }));
  const ceilings = { gigaflopsPerSecond: null, copies };
  assertEquals([1, 5, 10, 1000].map((bytes) => copyCeiling(ceilings, bytes)), [1000, 100, 100, 10]);
});
