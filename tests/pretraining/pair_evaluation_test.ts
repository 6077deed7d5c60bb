// What an evaluation logs about sentence pairs.
import { assert, assertEquals, assertMatch } from "@std/assert";
import { openDevice } from "../../src/device/mod.ts";
import { SINGLE_PROCESS_GROUP } from "../../src/distributed/mod.ts";
import { initialize, presetConfig, PretrainingModel } from "../../src/model/mod.ts";
import { pretrainingTask } from "../../src/pretraining/disk.ts";
import { pretrainSettings } from "../../src/pretraining/mod.ts";
import { toyShards } from "../support/toy_corpus.ts";

Deno.test("an evaluation compares pair accuracy with lengths and cuts, and adds uncut pairs", async (t) => {
  const folder = await Deno.makeTempDir();
  const device = await openDevice({ device: "cpu", workers: 1 });
  try {
    const sources = [{ name: "", data: await toyShards(folder, 120), weight: 1 }];
    const lines: string[] = [];
    const evaluate = async (
      pairObjective: "sop" | "nsp" | "none",
      evalExamples: number,
      steps = [0],
      initializerRange = 0.02,
    ) => {
      const config = { ...presetConfig("smoke"), vocabSize: 100, pairObjective };
      const request = { steps: 1, maxSeqLength: 24, evalExamples, validationFraction: 0.3 };
      const settings = pretrainSettings(request, config);
      const model = new PretrainingModel(device, config, { trainable: false });
      initialize(model.parameters, 1, initializerRange);
      const task = pretrainingTask({
        sources,
        settings,
        files: new Map(),
        log: (line) => lines.push(line),
      });
      const { encoder } = model;
      const evaluations = [];
      for (const step of steps) {
        evaluations.push(
          await task.evaluate({ device, encoder, group: SINGLE_PROCESS_GROUP, step }),
        );
      }
      model.parameters.free();
      return evaluations[0];
    };

    for (const objective of ["sop", "nsp"] as const) {
      await t.step(`of ${objective}`, async () => {
        const { metrics, summary, details } = await evaluate(objective, 120);
        assertEquals(metrics.pairs_whole, 120);
        assertEquals(details!.wholePairs, 120);
        assertEquals(details!.wholePairAccuracy, metrics.accuracy_pair_whole);
        const { baseline_accuracy_pair: cues } = metrics;
        assert(cues > 0.45 && cues < 0.9, `${cues}`);
        assertEquals(details!.pairBaseline, cues);
        assertMatch(
          summary,
          /pair accuracy \d+\.\d% \(\d+\.\d% by lengths and cuts alone\), on 120 uncut pairs \d+\.\d% \[\d+\.\d%, \d+\.\d%\]$/,
        );
      });
    }

    await t.step("of few pairs, which show little but chance", async () => {
      const { metrics, summary } = await evaluate("sop", 8);
      assertEquals(metrics.pairs_whole, 8);
      assertEquals(metrics.baseline_accuracy_pair, NaN);
      assert(!summary.includes("uncut") && !summary.includes("alone"), summary);
    });

    await t.step(
      "after the warm-up, it logs once that nothing was learned from context",
      async () => {
        lines.length = 0;
        await evaluate("none", 8, [0, 1]); // The warm-up has one step.
        assertEquals(lines, []);
        await evaluate("none", 8, [1, 2, 3]);
        assertEquals(lines.length, 1);
        assertMatch(
          lines[0],
          /^Still at the unigram plateau after the warm-up: .* is 4\.\d+, and \d\.\d+ needs no context\. Try more masked tokens/,
        );
      },
    );

    await t.step("a loss that is NaN gets no advice, which would be a higher rate", async () => {
      lines.length = 0;
      const { metrics } = await evaluate("none", 8, [2], NaN);
      assertEquals(metrics.loss_mlm, NaN);
      assertEquals(lines, []);
    });

    await t.step("without pairs", async () => {
      const { metrics, summary } = await evaluate("none", 120);
      assertEquals("pairs_whole" in metrics, false);
      assert(!summary.includes("pair"), summary);
    });
  } finally {
    await device.destroy();
    await Deno.remove(folder, { recursive: true });
  }
});
