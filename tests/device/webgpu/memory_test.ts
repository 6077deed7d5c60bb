import { assert, assertEquals, assertThrows } from "@std/assert";
import { type DeviceBuffer, whole } from "../../../src/device/device.ts";
import { openWebGpuDevice, type WebGpuDevice } from "../../../src/device/webgpu/mod.ts";
import { withAdapter } from "../../support/imitated_adapter.ts";
import { affine } from "./kernels.ts";
import { buffer, counting, testGpu } from "./with_gpu.ts";

/** Vendor and description of adapters, and whether they use the memory of the machine. */
const HARDWARE = [
  ["0", "Apple M1", true],
  ["qualcomm", "", true],
  ["5045", "Mali-G715", true],
  ["32902", "Intel(R) Arc(tm) A770", false],
  ["4318", "NVIDIA GeForce RTX 3090", false],
  ["65541", "llvmpipe (LLVM 15.0.6, 256 bits)", true],
] as const;

function step(device: WebGpuDevice, x: ReturnType<typeof buffer>): void {
  const scratch = device.allocate(64, "f32", "scratch");
  const inputs = device.temporary(100, "f32", "inputs");
  device.write(whole(inputs), new Float32Array(100).fill(1));
  const a = device.temporary(90, "f32", "a");
  const uniforms = { count: 64, a: 1, b: 1 };
  device.run(affine, { bindings: { x: whole(inputs), y: whole(a) }, uniforms });
  device.run(affine, { bindings: { x: whole(a), y: whole(scratch) }, uniforms });
  device.run(affine, { bindings: { x: whole(scratch), y: whole(x) }, uniforms });
  device.free(scratch);
  device.flush();
}

testGpu("does not use more memory over 1,000 steps", async (device) => {
  const x = buffer(device, "x", counting(64));
  const kept = device.allocate(64, "f32", "kept");
  const persistentStep = () => {
    const t = device.temporary(64, "f32", "t");
    const uniforms = { count: 64, a: 1, b: 1 };
    device.run(affine, { bindings: { x: whole(x), y: whole(t) }, uniforms });
    device.run(affine, { bindings: { x: whole(t), y: whole(kept) }, uniforms });
    device.flush();
  };
  persistentStep();
  await device.settled();
  const before = { ...device.memory(), ...device.caches() };
  for (let i = 0; i < 1000; i++) persistentStep();
  await device.settled();
  assertEquals({ ...device.memory(), ...device.caches() }, before);
});

testGpu("bounds its caches when buffers are allocated and freed in every step", async (device) => {
  const x = buffer(device, "x", counting(64));
  step(device, x);
  await device.settled();
  const { buffers, peakBytes, temporaryBytes } = device.memory();
  for (let i = 0; i < 300; i++) step(device, x);
  await device.settled();
  assertEquals(device.memory().buffers, buffers);
  assertEquals(device.memory().peakBytes, peakBytes);
  assertEquals(device.memory().temporaryBytes, temporaryBytes);
});

testGpu("creates one bind group for a log that fills up slot by slot", async (device) => {
  const x = buffer(device, "x", counting(64));
  const log = device.allocate(64, "f32", "log");
  for (let count = 1; count <= 64; count++) {
    const uniforms = { count, a: 1, b: 1 };
    device.run(affine, { bindings: { x: whole(x), y: whole(log) }, uniforms });
  }
  assertEquals((await device.read(whole(log)))[63], 64);
  assertEquals(device.caches().bindGroups, 1);
});

testGpu("computes equal bytes in equal steps", async (device) => {
  const x = buffer(device, "x", counting(100).map((i) => i / 7));
  const once = async () => {
    const a = device.temporary(100, "f32", "a");
    const b = device.temporary(100, "f32", "b");
    device.run(affine, {
      bindings: { x: whole(x), y: whole(a) },
      uniforms: { count: 100, a: 0.1, b: 3 },
    });
    device.run(affine, {
      bindings: { x: whole(a), y: whole(b) },
      uniforms: { count: 100, a: 0.3, b: 1 },
    });
    return await device.read(whole(b));
  };
  const first = await once();
  for (let i = 0; i < 5; i++) assertEquals(await once(), first);
  assertEquals(device.caches().bindGroups, 2);
});

testGpu("zeroes allocated memory and keeps it until it is freed", async (device) => {
  const x = device.allocate(100, "u32", "counts");
  assertEquals([...await device.read(whole(x))], new Array(100).fill(0));
  device.free(x);
  assertThrows(
    () => device.write(whole(x), Uint32Array.of(1)),
    TypeError,
    'buffer "counts": it has been freed',
  );
  assertThrows(() => device.free(x), TypeError, 'Cannot free buffer "counts"');
  assertEquals(device.memory().persistentBytes, 0);
});

testGpu("keeps freed memory until the recording that uses it has run", async (device) => {
  const x = buffer(device, "x", [7]);
  const y = device.allocate(1, "f32", "y");
  await device.settled();
  device.run(affine, {
    bindings: { x: whole(x), y: whole(y) },
    uniforms: { count: 1, a: 1, b: 0 },
  });
  device.free(x);
  assertEquals((await device.read(whole(y)))[0], 7);
});

testGpu("destroys slots that have not been used for long when a new one is needed", (device) => {
  const x = device.allocate(2 ** 16, "f32", "x");
  const use = (length: number) => {
    const t = device.temporary(length, "f32", "t");
    const uniforms = { count: length, a: 1, b: 1 };
    device.run(affine, { bindings: { x: whole(x), y: whole(t) }, uniforms });
    device.flush();
  };
  use(2 ** 16);
  for (let i = 0; i < 40; i++) use(64);
  assertEquals(device.memory().temporaryBytes, 2 ** 18 + 256);
  use(1000);
  assertEquals(device.memory().temporaryBytes, 4096 + 256);
});

testGpu("reports the buffers at its memory peak", async (device) => {
  const x = device.allocate(5000, "f32", "weights");
  const run = (from: DeviceBuffer, to: DeviceBuffer) =>
    device.run(affine, {
      bindings: { x: whole(from), y: whole(to) },
      uniforms: { count: Math.min(from.length, to.length), a: 1, b: 1 },
    });
  const [a, b, c] = [1000, 3000, 100].map((n, i) => device.temporary(n, "f32", "abc"[i]));
  run(x, a);
  run(a, b);
  run(b, c);
  run(c, x);
  device.flush();
  await device.settled();
  assertEquals(device.holdersAtPeak().map(({ label }) => label), [
    ...["uniforms", "weights", "b", "a", "operand textures"],
  ]);
  const { persistentBytes, temporaryBytes } = device.memory();
  const sum = device.holdersAtPeak().slice(1).reduce((bytes, holder) => bytes + holder.bytes, 0);
  assert(sum <= persistentBytes + temporaryBytes && sum >= 4 * 9000);
});

testGpu("reports whether buffers fit its memory", async (device) => {
  assert(await device.canHold(2 ** 20));
  assert(!(await device.canHold(2 ** 50)));
});

testGpu("holds half of the machine's memory if it has none", async () => {
  const { systemMemoryInfo } = Deno;
  Deno.systemMemoryInfo = () => ({ ...systemMemoryInfo(), total: 2 ** 24 });
  try {
    for (const [vendor, description, shared] of HARDWARE) {
      const info = { vendor, description };
      const device = (await withAdapter({ info }, () => openWebGpuDevice()))!;
      assert(await device.canHold(2 ** 23), description);
      assertEquals(await device.canHold(2 ** 23 + 4), !shared, description);
      await device.destroy();
    }
  } finally {
    Deno.systemMemoryInfo = systemMemoryInfo;
  }
});

testGpu("divides reads among staging buffers within its limits", async (device) => {
  const [a, b] = [1, 2].map((value) => buffer(device, "x", new Array(900).fill(value)));
  const read = await Promise.all([a, b].map((x) => device.read(whole(x))));
  assertEquals(read.map((values) => [values.length, values[0], values[899]]), [
    [900, 1, 1],
    [900, 2, 2],
  ]);
}, { restrictions: { maxBufferBytes: 4096 } });

testGpu("names the tensor and the limit that it exceeds", (device) => {
  assertThrows(
    () => device.allocate(1025, "f32", "vocabulary"),
    RangeError,
    `Cannot allocate buffer "vocabulary": 4100 bytes exceed this device's limit of 4096 bytes`,
  );
  const x = device.allocate(1000, "f32", "x");
  const y = device.allocate(1000, "f32", "logits");
  assertThrows(
    () =>
      device.run(affine, {
        bindings: { x: whole(x), y: whole(y) },
        uniforms: { count: 1000, a: 1, b: 1 },
      }),
    RangeError,
    `binding x requires 4000 bytes of buffer "x", which exceed this device's limit of 2048 bytes`,
  );
}, { restrictions: { maxBufferBytes: 4096, maxBindingBytes: 2048 } });
