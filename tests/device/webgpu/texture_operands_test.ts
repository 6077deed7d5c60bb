import { assertEquals, assertThrows } from "@std/assert";
import { matmulHalf } from "../../../kernels/mod.ts";
import { type DeviceBuffer, whole } from "../../../src/device/device.ts";
import type { WebGpuDevice } from "../../../src/device/webgpu/mod.ts";
import { affine, matrixCopy } from "./kernels.ts";
import { buffer, counting, testGpu, type TestOptions } from "./with_gpu.ts";

const texture: TestOptions = {
  variantOf: ({ name }) => name === matrixCopy.name ? "texture" : undefined,
};

function copy(
  device: WebGpuDevice,
  x: DeviceBuffer,
  y: DeviceBuffer,
  { rows, columns, pitch = 64, offset = 0, side = rows }: {
    rows: number;
    columns: number;
    pitch?: number;
    offset?: number;
    side?: number;
  },
): void {
  const block_width = Math.ceil(columns / 4) + 1;
  device.run(matrixCopy, {
    bindings: { x: { buffer: x, offset, length: x.length - offset }, y: whole(y) },
    uniforms: { rows, columns, pitch, side, block_width },
  });
}

testGpu("reads a matrix through a texture", async (device) => {
  const x = buffer(device, "x", counting(5 * 64));
  const y = device.allocate(15, "f32", "y");
  copy(device, x, y, { rows: 4, columns: 3, offset: 64 });
  const expected = [1, 2, 3, 4].flatMap((r) => [64 * r, 64 * r + 1, 64 * r + 2]);
  assertEquals([...(await device.read(whole(y))).slice(0, 12)], expected);
}, texture);

testGpu("continues in the next column block beyond the largest texture side", async (device) => {
  const x = buffer(device, "x", counting(20 * 64));
  const y = device.allocate(20 * 6, "f32", "y");
  copy(device, x, y, { rows: 20, columns: 6, side: 9 });
  const expected = counting(20).flatMap((r) => counting(6).map((c) => 64 * r + c));
  assertEquals([...await device.read(whole(y))], expected);
}, { ...texture, restrictions: { maxTextureSide: 9 } });

testGpu(
  "reads half-precision matrices through textures, in column blocks and from the start of a view",
  async (device) => {
    const uniforms = {
      ...{ m: 20, n: 8, k: 8, lda: 128, ldb: 128, ldc: 8, alpha: 1 },
    };
    const structural = {
      ...{ transpose_a: false, transpose_b: true, bias: false, accumulate: false },
      ...{ activation: "none", row_sums: false, unscale: false },
    };
    const { capabilities } = device.access;
    const variant = matmulHalf.variants.find(({ name }) => name === "texture_tile")!;
    if (!variant.supports({ structural, uniforms, capabilities })) return;
    const words = new Uint32Array(21 * 64);
    const numbers = new Float16Array(words.buffer);
    numbers.forEach((_, i) => numbers[i] = i % 23 - 11);
    const operands = device.allocate(words.length, "u32", "operands");
    device.write(whole(operands), words);
    const c = device.allocate(20 * 8, "f32", "c");
    const a = { buffer: operands, offset: 64, length: 20 * 64 };
    device.run(matmulHalf, {
      bindings: { a, b: whole(operands), c: whole(c) },
      uniforms,
      structural,
    });
    const expected = new Float32Array(c.length);
    const arrays = { a: words.subarray(64), b: words, c: expected };
    matmulHalf.reference(arrays, uniforms, structural, 0, 20);
    assertEquals(await device.read(whole(c)), expected);
    // A in two blocks of 16 rows, B in one of 8; a row is two texels of 8 bytes and four unused ones.
    const { bytes } = device.holdersAtPeak().find(({ label }) => label === "operand textures")!;
    assertEquals(bytes, (2 * 16 + 8) * (2 + 4) * 8);
  },
  {
    variantOf: ({ name }) => name === matmulHalf.name ? "texture_tile" : undefined,
    restrictions: { maxTextureSide: 16 },
  },
);

testGpu("names a texture operand that is too wide for the adapter", (device) => {
  const x = device.allocate(64 * 64, "f32", "x");
  const y = device.allocate(64 * 64, "f32", "y");
  assertThrows(
    () => copy(device, x, y, { rows: 64, columns: 64 }),
    RangeError,
    "texture operand x is 136 texels wide, which exceeds this adapter's limit of 8",
  );
}, { ...texture, restrictions: { maxTextureSide: 8 } });

testGpu("copies a matrix again after a run or the host has written it", async (device) => {
  const x = buffer(device, "x", counting(128));
  const source = buffer(device, "source", counting(128).map((i) => -i));
  const y = device.allocate(4, "f32", "y");
  const read = async () => {
    copy(device, x, y, { rows: 2, columns: 2 });
    return [...await device.read(whole(y))];
  };
  assertEquals(await read(), [0, 1, 64, 65]);
  device.run(affine, {
    bindings: { x: whole(source), y: { buffer: x, offset: 64, length: 64 } },
    uniforms: { count: 64, a: 1, b: 0 },
  });
  assertEquals(await read(), [0, 1, 0, -1]);
  copy(device, x, y, { rows: 2, columns: 2 });
  device.write({ buffer: x, offset: 0, length: 2 }, Float32Array.of(8, 9));
  assertEquals(await read(), [8, 9, 0, -1]);
}, texture);

testGpu("copies an unchanged persistent matrix once for many recordings", async (device) => {
  const x = buffer(device, "x", counting(256));
  const y = device.allocate(8, "f32", "y");
  const passes = countCopies(device);
  for (let i = 0; i < 5; i++) {
    copy(device, x, y, { rows: 2, columns: 4 });
    copy(device, x, y, { rows: 2, columns: 4 });
    device.flush();
  }
  assertEquals(passes(), 1);
  device.write({ buffer: x, offset: 128, length: 64 }, Float32Array.of(1));
  copy(device, x, y, { rows: 2, columns: 4 });
  device.flush();
  assertEquals(passes(), 1, "a write outside the matrix keeps its copy valid");
  device.write({ buffer: x, offset: 64, length: 64 }, Float32Array.of(1));
  copy(device, x, y, { rows: 2, columns: 4 });
  device.flush();
  assertEquals(passes(), 2);
  await device.settled();
  assertEquals(device.caches().textures, 1);
}, texture);

testGpu("reuses the texture of a temporary for the next one", async (device) => {
  const x = buffer(device, "x", counting(128));
  const y = device.allocate(4, "f32", "y");
  for (let i = 1; i <= 10; i++) {
    const t = device.temporary(128, "f32", "t");
    const uniforms = { count: 128, a: 1, b: i };
    device.run(affine, { bindings: { x: whole(x), y: whole(t) }, uniforms });
    copy(device, t, y, { rows: 2, columns: 2 });
  }
  assertEquals([...await device.read(whole(y))], [10, 11, 74, 75]);
  assertEquals(device.caches().textures, 1);
}, texture);

testGpu("keeps the copy of a temporary for near uses but not for distant ones", async (device) => {
  const x = buffer(device, "x", counting(128));
  const y = device.allocate(4, "f32", "y");
  const z = device.allocate(1, "f32", "z");
  const copies = countCopies(device);
  const between = (runs: number) => {
    const t = device.temporary(128, "f32", "t");
    const use = () => copy(device, t, y, { rows: 2, columns: 2 });
    const uniforms = { count: 128, a: 1, b: 3 };
    device.run(affine, { bindings: { x: whole(x), y: whole(t) }, uniforms });
    use();
    for (let i = 0; i < runs; i++) {
      const one = { count: 1, a: 1, b: 0 };
      device.run(affine, { bindings: { x: whole(x), y: whole(z) }, uniforms: one });
    }
    use();
    return device.read(whole(y));
  };
  assertEquals([...await between(20)], [3, 4, 67, 68]);
  assertEquals(copies(), 1);
  assertEquals([...await between(200)], [3, 4, 67, 68]);
  assertEquals(copies(), 3);
  assertEquals(device.caches().textures, 1);
}, texture);

testGpu("uses equal textures in equal steps", async (device) => {
  const xs = [1, 2, 3].map((i) => buffer(device, `x${i}`, new Array(128).fill(i)));
  const y = device.allocate(4, "f32", "y");
  const step = () => {
    for (const x of xs) copy(device, x, y, { rows: 2, columns: 2 });
    for (const x of xs) device.write(whole(x), Float32Array.of(5));
    const t = device.temporary(128, "f32", "t");
    device.write(whole(t), new Float32Array(128).fill(6));
    copy(device, t, y, { rows: 2, columns: 2 });
    device.flush();
  };
  step();
  step();
  const before = device.caches();
  for (let i = 0; i < 20; i++) step();
  assertEquals(device.caches(), before);
  assertEquals((await device.read(whole(y)))[0], 6);
}, texture);

testGpu("releases copies that exceed its budget, least recently used first", async (device) => {
  const xs = [1, 2, 3].map((i) => buffer(device, `x${i}`, new Array(128).fill(i)));
  const y = device.allocate(4, "f32", "y");
  const copies = countCopies(device);
  const use = (i: number) => {
    copy(device, xs[i], y, { rows: 2, columns: 2 });
    device.flush();
  };
  [0, 1, 0, 2, 0, 1].forEach(use);
  assertEquals(copies(), 4);
  assertEquals((await device.read(whole(y)))[0], 2);
}, { ...texture, textureBytes: 2 * 64 });

/** Counts the texture copies that are encoded from now on. */
function countCopies({ access: { gpu } }: WebGpuDevice): () => number {
  let count = 0;
  const create = gpu.createCommandEncoder.bind(gpu);
  gpu.createCommandEncoder = (descriptor) => {
    const encoder = create(descriptor);
    const copyBufferToTexture = encoder.copyBufferToTexture.bind(encoder);
    encoder.copyBufferToTexture = (...parts) => {
      count++;
      copyBufferToTexture(...parts);
    };
    return encoder;
  };
  return () => count;
}
