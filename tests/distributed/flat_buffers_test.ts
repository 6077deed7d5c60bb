import { assert, assertEquals } from "@std/assert";
import { type HostArray, openCpuDevice, whole } from "../../src/device/mod.ts";
import { allReduceHalf, shareBuffer, sumBuffer } from "../../src/distributed/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";
import { onRanks } from "../support/worlds.ts";

/** More than two buckets, and no whole number of them. */
const LENGTH = (5 << 19) + 777;

for (const allReduce of ["f32", "f16"] as const) {
  Deno.test(`sumBuffer() sums whole buffers of any length in ${allReduce}`, async () => {
    const sums = await onRanks(3, async (world) => {
      const device = await openCpuDevice({ workers: 1 });
      const buffer = device.allocate(LENGTH, "f32", "gradients");
      const own = Float32Array.from({ length: LENGTH }, (_, i) => i % 100 + world.rank);
      device.write(whole(buffer), own);
      await sumBuffer({ world, allReduce }, device, buffer);
      const values = await device.read(whole(buffer));
      await device.destroy();
      return values;
    });
    // Whole numbers so small are exact in either precision.
    for (const values of sums) {
      assertEquals(values.findIndex((value, i) => value !== 3 * (i % 100) + 3), -1);
    }
  });
}

Deno.test("shareBuffer() gives every rank the contents of rank 0", async () => {
  const contents = await onRanks(2, async (world): Promise<HostArray> => {
    const device = await openCpuDevice({ workers: 1 });
    const buffer = device.allocate(100, "f32", "parameters");
    device.write(whole(buffer), new Float32Array(100).fill(5 + world.rank));
    await shareBuffer(world, device, buffer);
    const values = await device.read(whole(buffer));
    await device.destroy();
    return values;
  });
  assertEquals(contents[1], new Float32Array(100).fill(5));
});

Deno.test("allReduceHalf() keeps eleven bits of any size of gradient, alike on every rank", async () => {
  for (const size of [1, 2, 3]) {
    for (const scale of [1e-12, 1, 1e12]) {
      const results = await onRanks(size, async (world) => {
        const random = new RandomStream(world.rank, 1, 0);
        const values = Float32Array.from({ length: 1001 }, () => scale * (random.uniform() - 0.5));
        const own = values.slice();
        await allReduceHalf(world, values);
        return { own, values };
      });
      const exact = results[0].own.map((_, i) => results.reduce((sum, { own }) => sum + own[i], 0));
      const largest = Math.max(...exact.map(Math.abs));
      for (const { values } of results) {
        assertEquals(values, results[0].values);
        values.forEach((value, i) => {
          const error = Math.abs(value - exact[i]);
          // Half an ulp of half precision for each addend and for the sum, and its smallest step.
          assert(error <= (size + 1) * largest * 2 ** -11, `${value} instead of ${exact[i]}`);
        });
      }
    }
  }
});

Deno.test("allReduceHalf() hands NaN and infinity on", async () => {
  const [values] = await onRanks(2, async (world) => {
    const values = new Float32Array(8).fill(1);
    if (world.rank === 1) [values[2], values[7]] = [NaN, Infinity];
    await allReduceHalf(world, values);
    return values;
  });
  assertEquals([...values], [2, 2, NaN, 2, 2, 2, 2, Infinity]);
});
