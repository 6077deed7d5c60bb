import { assertEquals, assertThrows } from "@std/assert";
import { type DeviceBuffer, type View, whole } from "../../../src/device/device.ts";
import type { WebGpuDevice } from "../../../src/device/webgpu/mod.ts";
import { affine, optional, sight } from "./kernels.ts";
import { buffer, counting, testGpu } from "./with_gpu.ts";

function run(device: WebGpuDevice, x: DeviceBuffer | View, y: DeviceBuffer | View, a = 1, b = 0) {
  const view = (from: DeviceBuffer | View) => "buffer" in from ? from : whole(from);
  const count = Math.min(view(x).length, view(y).length);
  device.run(affine, { bindings: { x: view(x), y: view(y) }, uniforms: { count, a, b } });
}

testGpu("gives each run of a recording its own uniforms", async (device) => {
  const x = buffer(device, "x", counting(3));
  const outs = [1, 10, 100].map((b) => {
    const y = device.allocate(3, "f32", `y${b}`);
    run(device, x, y, 2, b);
    return y;
  });
  const read = await Promise.all(outs.map((y) => device.read(whole(y))));
  assertEquals(read.map((y) => [...y]), [[1, 3, 5], [10, 12, 14], [100, 102, 104]]);
});

testGpu(
  "keeps temporaries separate while they are used and reuses their memory afterwards",
  async (device) => {
    const x = buffer(device, "x", counting(100));
    const a = device.temporary(100, "f32", "a");
    const b = device.temporary(100, "f32", "b");
    const sum = device.allocate(100, "f32", "sum");
    run(device, x, a, 1, 1);
    run(device, x, b, 1, 2);
    device.run(optional, {
      bindings: { x: whole(a), z: whole(b), y: whole(sum) },
      uniforms: { count: 100 },
      structural: { sum: true, factor: 3 },
    });
    let last = sum;
    for (let i = 0; i < 20; i++) {
      const next = device.temporary(100, "f32", `t${i}`);
      run(device, last, next, 1, 1);
      last = next;
    }
    const y = device.allocate(100, "f32", "y");
    run(device, last, y);
    const got = await device.read(whole(y));
    assertEquals([...got], counting(100).map((i) => 3 * (i + 1) + (i + 2) + 20));
    assertEquals(device.memory().temporaryBytes, 2 * 448);
  },
);

testGpu("executes host writes in the order of the runs around them", async (device) => {
  const x = device.allocate(4, "f32", "x");
  const t = device.temporary(4, "f32", "t");
  const outs = [1, 2, 3].map((value) => {
    const y = device.allocate(4, "f32", `y${value}`);
    device.write(whole(x), new Float32Array(4).fill(value));
    device.write(whole(t), new Float32Array(4).fill(10 * value));
    run(device, x, y);
    const z = device.allocate(4, "f32", `z${value}`);
    run(device, t, z);
    return [y, z];
  }).flat();
  const read = await Promise.all(outs.map((y) => device.read(whole(y))));
  assertEquals(read.map((y) => y[0]), [1, 10, 2, 20, 3, 30]);
});

testGpu("executes reads in the order of the runs around them", async (device) => {
  const x = buffer(device, "x", [1]);
  const y = device.allocate(1, "f32", "y");
  run(device, x, y, 1, 1);
  const before = device.read(whole(y));
  run(device, x, y, 1, 5);
  const after = device.read(whole(y));
  assertEquals([(await before)[0], (await after)[0]], [2, 6]);
});

testGpu(
  "binds views at their offset, with no more elements than the kernel requires",
  async (device) => {
    const x = buffer(device, "x", counting(300));
    const y = device.allocate(300, "f32", "y");
    const part = (of: DeviceBuffer, offset: number, length: number) => ({
      buffer: of,
      offset,
      length,
    });
    run(device, part(x, 64, 10), part(y, 128, 10), 1, 0.5);
    const got = await device.read(whole(y));
    assertEquals([...got.slice(126, 140)], [
      ...[0, 0],
      ...counting(10).map((i) => 64.5 + i),
      ...[0, 0],
    ]);
    const seen = async (length: number) => {
      device.run(sight, {
        bindings: { x: part(x, 64, length), y: whole(y) },
        uniforms: { count: 30, a: 1, b: 1 },
      });
      return (await device.read(part(y, 0, 1)))[0];
    };
    assertEquals([await seen(200), await seen(30)], [64, 32]);
  },
);

testGpu(
  "compiles a pipeline per structural parameters, without missing bindings",
  async (device) => {
    const x = buffer(device, "x", [1, 2]);
    const z = buffer(device, "z", [10, 20]);
    const y = device.allocate(2, "f32", "y");
    const results: number[][] = [];
    for (const structural of [{ sum: false, factor: 2 }, { sum: true, factor: 3 }]) {
      device.run(optional, {
        bindings: { x: whole(x), z: whole(z), y: whole(y) },
        uniforms: { count: 2 },
        structural,
      });
      results.push([...await device.read(whole(y))]);
    }
    assertEquals(results, [[2, 4], [13, 26]]);
    assertEquals(device.caches().pipelines, 2);
  },
);

testGpu("dispatches more than 65,535 workgroups in two dimensions", async (device) => {
  const count = 65_536 * 64 + 7;
  const x = device.allocate(count, "f32", "x");
  const y = device.allocate(count, "f32", "y");
  run(device, x, y, 0, 3);
  const tail = await device.read({ buffer: y, offset: count - 7 - 64, length: 71 });
  assertEquals([...tail], new Array(71).fill(3));
});

testGpu("changes nothing through empty bindings", async (device) => {
  const x = device.allocate(0, "f32", "x");
  const y = device.allocate(64, "f32", "y");
  run(device, x, { buffer: y, offset: 64, length: 0 }, 1, 1);
  assertEquals([...await device.read(whole(y))], new Array(64).fill(0));
  assertEquals((await device.read(whole(x))).length, 0);
});

testGpu("splits long recordings into several submissions", async (device) => {
  const x = buffer(device, "x", [0]);
  let last = x;
  for (let i = 0; i < 1500; i++) {
    const next = device.temporary(1, "f32", "t");
    run(device, last, next, 1, 1);
    last = next;
  }
  assertEquals((await device.read(whole(last)))[0], 1500);
});

testGpu("rejects a buffer that is bound for both reading and writing", (device) => {
  const x = device.allocate(256, "f32", "weights");
  assertThrows(
    () => run(device, { buffer: x, offset: 0, length: 64 }, { buffer: x, offset: 64, length: 64 }),
    TypeError,
    'Cannot run test.affine: buffer "weights" is bound as both y and x',
  );
});

testGpu("rejects structural parameters and uniforms that a kernel does not list", (device) => {
  const x = device.allocate(4, "f32", "x");
  const y = device.allocate(4, "f32", "y");
  const bindings = { x: whole(x), y: whole(y) };
  assertThrows(
    () =>
      device.run(optional, {
        bindings,
        uniforms: { count: 4 },
        structural: { sum: false, factor: 5 },
      }),
    TypeError,
    "structural parameter factor must be one of 2, 3, got 5",
  );
  assertThrows(
    () => device.run(affine, { bindings, uniforms: { count: -1, a: 1, b: 1 } }),
    RangeError,
    "uniform count must be an integer from 0 to 2^32 − 1, got -1",
  );
  assertThrows(
    () => device.run(affine, { bindings, uniforms: { count: 4, a: 1 } }),
    TypeError,
    "uniform b is missing",
  );
});

testGpu("rejects an unknown variant", (device) => {
  const x = device.allocate(4, "f32", "x");
  const y = device.allocate(4, "f32", "y");
  assertThrows(
    () => run(device, x, y),
    RangeError,
    'unknown variant "fast", expected one of plain',
  );
}, { variantOf: () => "fast" });
