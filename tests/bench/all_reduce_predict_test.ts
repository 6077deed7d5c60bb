import { assertAlmostEquals, assertEquals } from "@std/assert";
import { fitNetwork, predictedByOthers } from "../../bench/all_reduce.ts";
import { ringAllReduceSeconds } from "../../tasks/paper/measure/mod.ts";

const NETWORK = { ranks: 4, bytesPerSecond: 2e9, latency: 5e-3 };
const SUMS = [1e6, 7e6, 5e7, 4e8].map((bytes) => ({
  bytes,
  milliseconds: 1000 * ringAllReduceSeconds(bytes, NETWORK),
}));

Deno.test("fitNetwork() finds the network that made the times", () => {
  const { bytesPerSecond, latency } = fitNetwork(SUMS, 4);
  assertAlmostEquals(bytesPerSecond / NETWORK.bytesPerSecond, 1, 1e-9);
  assertAlmostEquals(latency! / NETWORK.latency, 1, 1e-9);
});

Deno.test("fitNetwork() lets the bytes decide where the line starts below zero", () => {
  const sums = [{ bytes: 1e6, milliseconds: 0.1 }, { bytes: 1e8, milliseconds: 1000 }];
  assertEquals(fitNetwork(sums, 2).latency, undefined);
});

Deno.test("predictedByOthers() predicts a sum from the others, and nothing from one", () => {
  predictedByOthers(SUMS, 4).forEach((predicted, i) =>
    assertAlmostEquals(predicted! / SUMS[i].milliseconds, 1, 1e-9)
  );
  assertEquals(predictedByOthers(SUMS.slice(0, 2), 4), [null, null]);
  assertEquals(predictedByOthers(SUMS, 1), [null, null, null, null]);
});
