import { assert, assertEquals } from "@std/assert";
import { whole } from "../../../src/device/device.ts";
import { requestAccess, WebGpuDevice } from "../../../src/device/webgpu/mod.ts";
import { affine, matrixCopy } from "./kernels.ts";
import { buffer, counting, testGpu } from "./with_gpu.ts";

async function profile(device: WebGpuDevice): Promise<void> {
  const x = buffer(device, "x", counting(256));
  const y = device.allocate(256, "f32", "y");
  const run = () => {
    const uniforms = { count: 256, a: 1, b: 1 };
    device.run(affine, { bindings: { x: whole(x), y: whole(y) }, uniforms });
  };
  run();
  device.startProfile();
  for (let i = 0; i < 600; i++) run();
  device.flush();
  device.write(whole(x), Float32Array.of(5));
  run();
  device.run(matrixCopy, {
    bindings: { x: whole(x), y: whole(y) },
    uniforms: { rows: 2, columns: 2, pitch: 64, side: 2, block_width: 2 },
  });
  const read = device.read({ buffer: y, offset: 0, length: 1 });
  const found = await device.endProfile();
  assertEquals((await read)[0], 5);
  assertEquals(
    found.map(({ kernel, calls, flops, bytes }) => [kernel, calls, flops, bytes]).sort(),
    [
      ["test.affine", 601, 601 * 512, 601 * 2048],
      ["test.matrix_copy", 1, 0, 32],
    ],
  );
  for (const { milliseconds } of found) assert(milliseconds > 0 && milliseconds < 60_000);
  run();
  assertEquals(await device.endProfile(), []);
}

testGpu("profiles with timestamps, over several submissions", profile);

testGpu("profiles with the wall clock if the adapter does not support timestamps", async () => {
  const access = (await requestAccess())!;
  const device = new WebGpuDevice({ ...access, timestamps: false });
  await profile(device);
  await device.settled();
  await device.destroy();
});

for (const period of [1, 52]) {
  testGpu(`profiles with timestamps of ${period} ns`, async () => {
    const access = (await requestAccess())!;
    replaceTimestamps(
      access.gpu,
      (times) =>
        times.length === 2
          ? times.map((time) => time / BigInt(period)) // of the wall clock
          : times.map((_, i) => BigInt(i % 2 === 0 ? 0 : 1_000_000)),
    );
    const device = new WebGpuDevice(access);
    const x = buffer(device, "x", counting(256));
    const y = device.allocate(256, "f32", "y");
    const uniforms = { count: 256, a: 1, b: 1 };
    device.startProfile();
    for (let i = 0; i < 4; i++) {
      device.run(affine, { bindings: { x: whole(x), y: whole(y) }, uniforms });
    }
    const [{ milliseconds }] = await device.endProfile();
    const ratio = milliseconds / (4 * period);
    assert(period === 1 ? ratio === 1 : ratio > 0.5 && ratio < 2, `${ratio}`);
    await device.destroy();
  });
}

/** Changes the timestamps that a device writes, when they are read. */
function replaceTimestamps(gpu: GPUDevice, change: (times: BigUint64Array) => BigUint64Array) {
  const createBuffer = gpu.createBuffer.bind(gpu);
  gpu.createBuffer = (descriptor) => {
    const buffer = createBuffer(descriptor);
    if (descriptor.label !== "timestamps") return buffer;
    const getMappedRange = buffer.getMappedRange.bind(buffer);
    buffer.getMappedRange = () =>
      change(new BigUint64Array(getMappedRange())).buffer as ArrayBuffer;
    return buffer;
  };
}
