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
