// A short version of `deno task test:soak`.
import { assert, assertEquals } from "@std/assert";
import { growth, type Sample } from "./growth.ts";
import { plot } from "./growth.ts";
import { soak } from "./soak.ts";

/** Samples of a run with constant resources, except for a change. */
function samples(change: (step: number) => Partial<Sample> = () => ({})): Sample[] {
  return Array.from({ length: 40 }, (_, step) => ({
    step,
    deviceBuffers: 12,
    deviceBytes: 1e6,
    heapBytes: 5e7 + 1e7 * (step % 5), // garbage and its collection
    residentBytes: 3e8,
    handles: 40,
    ...change(step),
  }));
}

Deno.test("growth() reports resources that grow, and ignores those that only fluctuate", () => {
  assertEquals(growth(samples()), []);
  assertEquals(growth(samples((step) => ({ deviceBuffers: step < 20 ? 12 : 13 }))).length, 1);
  assertEquals(growth(samples((step) => ({ heapBytes: 5e7 + 2e6 * step }))).length, 1);
  assertEquals(growth(samples((step) => ({ handles: 40 + (step >> 3) }))).length, 1);
  assertEquals(growth(samples().slice(0, 3)).length, 1);
});

Deno.test("the files of a run can be read while they are written, and its samples are drawn", async () => {
  const seen: Sample[] = [];
  const request = { steps: 100, config: "smoke", device: "cpu", batchSize: 2 } as const;
  const run = await soak(request, (sample) => seen.push(sample));
  assertEquals(run, seen);
  assertEquals(run.at(-1)!.step, 100);
  // After every kind of work has been done once, the resources are constant.
  const later = run.filter(({ step }) => step > 50);
  const inUse = later.map(({ deviceBuffers, deviceBytes }) => `${deviceBuffers} ${deviceBytes}`);
  assertEquals(new Set(inUse).size, 1);
  assert(plot(run).startsWith("<svg"));
});
