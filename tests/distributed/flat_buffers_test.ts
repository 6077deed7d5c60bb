import { assert, assertEquals } from "@std/assert";
import { type HostArray, openCpuDevice, whole } from "../../src/device/mod.ts";
import { allReduceBuffer, allReduceHalf, broadcastBuffer } from "../../src/distributed/mod.ts";
import { RandomStream } from "../../src/tensor/random/mod.ts";
import { onRanks } from "../support/process_groups.ts";

/** More than two buckets; the last one is not full. */
const LENGTH = (5 << 19) + 777;

for (const allReduce of ["f32", "f16"] as const) {
  Deno.test(`allReduceBuffer() sums a buffer of several buckets in ${allReduce}`, async () => {
    const sums = await onRanks(3, async (group) => {
      const device = await openCpuDevice({ workers: 1 });
      const buffer = device.allocate(LENGTH, "f32", "gradients");
      const own = Float32Array.from({ length: LENGTH }, (_, i) => i % 100 + group.rank);
      device.write(whole(buffer), own);
      await allReduceBuffer({ group, allReduce }, device, buffer);
      const values = await device.read(whole(buffer));
      await device.destroy();
      return values;
    });
    // Integers this small are exact in both precisions.
    for (const values of sums) {
      assertEquals(values.findIndex((value, i) => value !== 3 * (i % 100) + 3), -1);
    }
  });
}

Deno.test("broadcastBuffer() copies rank 0's contents to every rank", async () => {
  const contents = await onRanks(2, async (group): Promise<HostArray> => {
    const device = await openCpuDevice({ workers: 1 });
    const buffer = device.allocate(100, "f32", "parameters");
    device.write(whole(buffer), new Float32Array(100).fill(5 + group.rank));
    await broadcastBuffer(group, device, buffer);
    const values = await device.read(whole(buffer));
    await device.destroy();
    return values;
  });
  assertEquals(contents[1], new Float32Array(100).fill(5));
});

Deno.test("allReduceHalf() is accurate to eleven bits at any scale, and equal on all ranks", async () => {
  for (const size of [1, 2, 3]) {
    for (const scale of [1e-12, 1, 1e12]) {
      const results = await onRanks(size, async (group) => {
        const random = new RandomStream(group.rank, 1, 0);
        const values = Float32Array.from({ length: 1001 }, () => scale * (random.uniform() - 0.5));
        const own = values.slice();
        await allReduceHalf(group, values);
        return { own, values };
      });
      const exact = results[0].own.map((_, i) => results.reduce((sum, { own }) => sum + own[i], 0));
      const largest = Math.max(...exact.map(Math.abs));
      for (const { values } of results) {
        assertEquals(values, results[0].values);
        values.forEach((value, i) => {
          const error = Math.abs(value - exact[i]);
          // Half a float16 ulp for each addend and for the sum.
          assert(error <= (size + 1) * largest * 2 ** -11, `${value} instead of ${exact[i]}`);
        });
      }
    }
  }
});

Deno.test("allReduceHalf() propagates NaN and infinity", async () => {
  const [values] = await onRanks(2, async (group) => {
    const values = new Float32Array(8).fill(1);
    if (group.rank === 1) [values[2], values[7]] = [NaN, Infinity];
    await allReduceHalf(group, values);
    return values;
  });
  assertEquals([...values], [2, 2, NaN, 2, 2, 2, 2, Infinity]);
});
