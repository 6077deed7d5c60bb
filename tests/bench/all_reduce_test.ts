import { assert, assertEquals } from "@std/assert";
import { asBert, benchAllReduce } from "../../bench/all_reduce.ts";
import { presetConfig } from "../../src/model/mod.ts";
import { onRanks } from "../support/process_groups.ts";

Deno.test("bench all-reduce measures ALBERT beside BERT on every rank", async () => {
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
