import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { asBert, benchAllReduce, fitNetwork, predictedByOthers } from "../../bench/all_reduce.ts";
import { presetConfig } from "../../src/model/mod.ts";
import { ringAllReduceSeconds } from "../../tasks/paper/measure/mod.ts";
import { onRanks } from "../support/process_groups.ts";

Deno.test("bench all-reduce measures ALBERT and BERT on every rank", async () => {
  const [{ ranks, rows }] = await onRanks(
    2,
    (group) =>
      benchAllReduce(group, {
        ...{ trained: ["smoke"], reduced: ["smoke"], device: "cpu", batch: 2, sequence: 32 },
        steps: 1,
      }),
  );
  assertEquals(ranks, 2);
  assertEquals(rows.length, 8);
  for (const [albert, bert] of [[rows[0], rows[1]], [rows[4], rows[5]]]) {
    assert(albert.bytes < bert.bytes && albert.parameters < bert.parameters);
    assert(albert.allReduceMilliseconds > 0 && albert.stepMilliseconds! > 0);
  }
  assertEquals(rows[4].bytes, rows[0].bytes / 2);
});

Deno.test("asBert() is the paper's baseline at base size", () => {
  const { pairObjective: _p, ...bert } = presetConfig("bert-base");
  const { pairObjective: _q, ...ours } = asBert(presetConfig("albert-base-v2"));
  const dropout = { hiddenDropoutProb: 0.1, attentionProbsDropoutProb: 0.1 };
  assertEquals({ ...ours, ...dropout }, bert);
});

const NETWORK = { ranks: 4, bytesPerSecond: 2e9, latency: 5e-3 };
const SUMS = [1e6, 7e6, 5e7, 4e8].map((bytes) => ({
  bytes,
  milliseconds: 1000 * ringAllReduceSeconds(bytes, NETWORK),
}));

Deno.test("fitNetwork() recovers the network that the times come from", () => {
  const { bytesPerSecond, latency } = fitNetwork(SUMS, 4);
  assertAlmostEquals(bytesPerSecond / NETWORK.bytesPerSecond, 1, 1e-9);
  assertAlmostEquals(latency! / NETWORK.latency, 1, 1e-9);
});

Deno.test("fitNetwork() ignores the latency if it would be negative", () => {
  const sums = [{ bytes: 1e6, milliseconds: 0.1 }, { bytes: 1e8, milliseconds: 1000 }];
  assertEquals(fitNetwork(sums, 2).latency, undefined);
});

Deno.test("predictedByOthers() predicts each time from the others, and returns null with one other", () => {
  predictedByOthers(SUMS, 4).forEach((predicted, i) =>
    assertAlmostEquals(predicted! / SUMS[i].milliseconds, 1, 1e-9)
  );
  assertEquals(predictedByOthers(SUMS.slice(0, 2), 4), [null, null]);
  assertEquals(predictedByOthers(SUMS, 1), [null, null, null, null]);
});
