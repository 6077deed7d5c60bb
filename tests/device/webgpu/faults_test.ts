import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DeviceError, whole } from "../../../src/device/device.ts";
import { affine, affineWith } from "./kernels.ts";
import { buffer, testGpu } from "./with_gpu.ts";

const uniforms = { count: 4, a: 1, b: 1 };

testGpu("names the kernel, variant and line of a shader that does not compile", async (device) => {
  const broken = affineWith("test.broken", (s) => s.replace("parameters.b", "parameters.c"));
  const x = device.allocate(4, "f32", "x");
  const y = device.allocate(4, "f32", "y");
  device.run(broken, { bindings: { x: whole(x), y: whole(y) }, uniforms });
  const error = await assertRejects(
    () => device.read(whole(y)),
    DeviceError,
    "Cannot compile test.broken/plain, line ",
  );
  assertEquals(error.message.includes("\n"), false);
  await assertRejects(() => device.settled(), DeviceError, "test.broken/plain");
  await device.settled();
  device.run(affine, { bindings: { x: whole(x), y: whole(y) }, uniforms });
  assertEquals((await device.read(whole(y)))[0], 1);
});

testGpu("reports an uncaptured error as a fault that names the last kernels", async (device) => {
  const x = buffer(device, "x", [1, 2, 3, 4]);
  const y = device.allocate(4, "f32", "y");
  device.run(affine, { bindings: { x: whole(x), y: whole(y) }, uniforms });
  device.flush();
  device.access.gpu.createBuffer({
    size: 4,
    usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE,
  });
  await assertRejects(() => device.read(whole(y)), DeviceError, "last kernels: test.affine/plain");
  await assertRejects(() => device.settled(), DeviceError, "WebGPU rejected a command");
});

testGpu("rejects everything with the same message after it is lost", async (device) => {
  const x = buffer(device, "x", [1, 2, 3, 4]);
  const y = device.allocate(4, "f32", "y");
  device.run(affine, { bindings: { x: whole(x), y: whole(y) }, uniforms });
  await device.settled();
  device.access.gpu.destroy();
  await device.access.gpu.lost;
  await new Promise((resolve) => setTimeout(resolve, 0));
  const lost = "The device was lost";
  assertThrows(() => device.allocate(4, "f32", "z"), DeviceError, lost);
  assertThrows(() => device.temporary(4, "f32", "z"), DeviceError, lost);
  assertThrows(() => device.write(whole(x), Float32Array.of(1)), DeviceError, lost);
  assertThrows(
    () => device.run(affine, { bindings: { x: whole(x), y: whole(y) }, uniforms }),
    DeviceError,
    lost,
  );
  await assertRejects(() => device.read(whole(y)), DeviceError, lost);
  device.flush();
  const first = await assertRejects(() => device.settled(), DeviceError, lost);
  const second = await assertRejects(() => device.settled(), DeviceError, lost);
  assertEquals(first.message, second.message);
  await device.destroy();
}, { expectLoss: true });

testGpu("rejects a pending read when it is lost", async (device) => {
  const x = buffer(device, "x", [1, 2, 3, 4]);
  const reading = device.read(whole(x));
  device.flush();
  device.access.gpu.destroy();
  await assertRejects(() => reading, DeviceError);
}, { expectLoss: true });

testGpu("suggests a smaller micro-batch when memory runs out", async (device) => {
  const { gpu } = device.access;
  const pop = gpu.popErrorScope.bind(gpu);
  gpu.popErrorScope = async () => await pop() ?? new GPUOutOfMemoryError("no memory left");
  device.allocate(8 * 2 ** 20, "f32", "hidden states");
  await assertRejects(
    () => device.settled(),
    DeviceError,
    'Out of device memory: buffer "hidden states" requires 33.6 MB in addition to 0 B in use; try a smaller --micro-batch-size',
  );
  gpu.popErrorScope = pop;
});

testGpu("reports the cause instead of its consequences, whichever comes first", async (device) => {
  const { gpu } = device.access;
  const pop = gpu.popErrorScope.bind(gpu);
  gpu.popErrorScope = async () => {
    const error = await pop();
    await new Promise((resolve) => setTimeout(resolve, 30));
    return error ?? new GPUOutOfMemoryError("no memory left");
  };
  const x = device.allocate(8 * 2 ** 20, "f32", "hidden states");
  gpu.createBuffer({ size: 4, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  await assertRejects(
    () => device.read({ buffer: x, offset: 0, length: 1 }),
    DeviceError,
    'Out of device memory: buffer "hidden states"',
  );
  gpu.popErrorScope = pop;
  await device.settled().catch(() => {});
});

testGpu("discards a recording that it cannot encode", async (device) => {
  const { gpu } = device.access;
  const x = buffer(device, "x", [1, 2, 3, 4]);
  const [y, z] = ["y", "z"].map((label) => device.allocate(4, "f32", label));
  const run = (to: typeof y) =>
    device.run(affine, { bindings: { x: whole(x), y: whole(to) }, uniforms });
  await device.settled();
  const create = gpu.createBindGroup.bind(gpu);
  let left = 1;
  gpu.createBindGroup = (descriptor) => {
    if (left-- > 0) return create(descriptor);
    throw new TypeError("no bind group");
  };
  run(y);
  run(z);
  await assertRejects(
    () => device.read(whole(y)),
    DeviceError,
    "Cannot execute the recording: no bind group",
  );
  await assertRejects(() => device.settled(), DeviceError, "no bind group");
  gpu.createBindGroup = create;
  assertEquals([...await device.read(whole(y))], [0, 0, 0, 0]);
  run(y);
  assertEquals([...await device.read(whole(y))], [2, 3, 4, 5]);
});

testGpu("rejects work after destroy()", async (device) => {
  await device.destroy();
  assertThrows(() => device.allocate(1, "f32", "late"), DeviceError, "after destroy()");
  await assertRejects(() => device.settled(), DeviceError, "after destroy()");
}, { expectLoss: true });
