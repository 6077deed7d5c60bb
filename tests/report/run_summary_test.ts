import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { RunRecord, verdictOf } from "../../src/report/mod.ts";
import { headlines, isFinished, progressText } from "../../src/report/run_summary.ts";

/** A pretraining run of 100 steps with these held-out masked-LM losses, and a baseline of 5.5. */
function pretraining(
  losses: readonly number[],
  change: Record<string, number> = {},
  phases: readonly unknown[] = [],
): RunRecord {
  const run = new RunRecord("run", {
    task: "pretraining",
    settings: { schedule: { totalSteps: 100, warmupSteps: 20 }, phases },
    determinants: { config: { pair_objective: "sop" } },
  });
  losses.forEach((loss, i) =>
    run.add({
      ...{ step: 10 * (i + 1), eval_loss_mlm: loss, eval_baseline_loss_mlm: 5.5 },
      ...{ eval_accuracy_mlm: 0.2, eval_accuracy_pair: 0.51, eval_examples: 512, ...change },
    })
  );
  return run;
}

const moods = (losses: readonly number[], change?: Record<string, number>) => {
  const { mood, title } = verdictOf(pretraining(losses, change));
  return `${mood}: ${title}`;
};

Deno.test("the verdict of a pretraining run compares its loss with what is possible without context", () => {
  assertEquals(moods([6.5]), "plain: Warming up, at the unigram plateau");
  assertEquals(moods([6.5, 6, 5.9]), "warn: Still at the unigram plateau");
  assertEquals(moods(Array(7).fill(5.49)), "bad: Still at the unigram plateau");
  assertEquals(
    moods(Array(10).fill(5.6)),
    "bad: Finished at the unigram plateau: nothing learned from context",
  );
  assertEquals(moods([6, 5.6, 5.3]), "good: Learning: the model begins to use context");
  assertEquals(moods([6, 5.6, 5.1]), "good: Learning: the model uses context");
  assertEquals(moods([6, 5.2, 5.3, 5.3, 5.4]), "warn: Not improving");
  assertEquals(moods([6, NaN]), "bad: Diverged: the loss is NaN or infinite");
  assertEquals(
    moods([6, 5.9, 5.8, 5.7, 5.6, 5.5, 5.4, 5.3, 5.2, 5.1]),
    "good: Finished: the model uses context",
  );
  assertEquals(
    moods(Array(10).fill(0).map((_, i) => 6 - i / 15)),
    "warn: Finished: the model begins to use context",
  );
});

Deno.test("the verdict of a pretraining run whose log lacks the loss, as NaN in JSON, is that it diverged", () => {
  const run = pretraining([6]);
  run.add({ step: 20, eval_accuracy_mlm: 0, eval_baseline_loss_mlm: 5.5, eval_examples: 512 });
  const { mood, title } = verdictOf(run);
  assertEquals(`${mood}: ${title}`, "bad: Diverged: the loss is NaN or infinite");
});

Deno.test("the advice at the unigram plateau leaves out what the run does already", () => {
  const adviceOf = (maxSeqLength: number, maskedLmProb: number) => {
    const phases = [{ examples: { maxSeqLength, maskedLmProb } }];
    return verdictOf(pretraining([6.5, 6, 5.9], {}, phases)).text.split("Try ")[1];
  };
  const always = "more --steps, a higher --learning-rate or a longer --warmup-steps.";
  assertEquals(adviceOf(32, 0.4), always);
  assertEquals(adviceOf(32, 0.15), `more masked tokens (--masked-lm-prob 0.4), ${always}`);
  assertEquals(
    adviceOf(128, 0.4),
    `shorter sequences first (--phases 32:0.8,64:0.2), ${always}`,
  );
  const unknown = verdictOf(pretraining([6.5, 6, 5.9])).text;
  assertStringIncludes(unknown, "shorter sequences first");
  assertStringIncludes(unknown, "more masked tokens");
});

Deno.test("the verdict of a pretraining run includes the sentence order only if it is above its baseline", () => {
  assertStringIncludes(verdictOf(pretraining([5])).text, "Sentence order is not learned (51.0%");
  const learned = verdictOf(pretraining([5], { eval_accuracy_pair: 0.7 })).text;
  assertStringIncludes(learned, "Sentence order is learned, too (70.0%, chance 50.0%)");
  const few = verdictOf(pretraining([5], { eval_accuracy_pair: 0.7, eval_examples: 22 })).text;
  assert(!few.includes("Sentence order"), few);
});

/** A finished classification run with this confusion matrix. */
function classification(counts: readonly (readonly number[])[]): RunRecord {
  const run = new RunRecord("run", { task: "sst-2", settings: { schedule: { totalSteps: 10 } } });
  const total = counts.flat().reduce((a, b) => a + b);
  const right = counts.reduce((sum, row, i) => sum + row[i], 0);
  run.add({ step: 10, eval_accuracy: right / total });
  const confusion = { labels: ["negative", "positive"], counts };
  run.review = { step: 10, sets: [{ name: "", confusion, missed: total - right, worst: [] }] };
  return run;
}

Deno.test("the verdict of a classifier compares it with the most frequent class, and recognizes a constant answer", () => {
  const title = (counts: readonly (readonly number[])[]) => {
    const { mood, title } = verdictOf(classification(counts));
    return `${mood}: ${title}`;
  };
  assertEquals(title([[80, 20], [20, 80]]), "good: Finished: better than the most frequent class");
  assertEquals(
    title([[55, 45], [45, 55]]),
    "bad: Finished: not better than the most frequent class",
  );
  assertEquals(
    title([[0, 100], [0, 110]]),
    "bad: Collapsed: predicts “positive” for every example",
  );
  assertEquals(title([[99, 1], [99, 1]]), "bad: Collapsed: predicts “negative” for 99.0%");
  const [first] = headlines(classification([[80, 20], [20, 80]]));
  assertEquals(first, {
    ...{ name: "Accuracy", value: "80.0%", baseline: "most frequent class 50.0%" },
    interval: "[73.9%, 85.0%], n = 200",
  });
});

Deno.test("a fine-tuning run has its time from its events, without interruptions, and stalls after its best evaluation", () => {
  const run = new RunRecord("run", { task: "text", settings: { schedule: { totalSteps: 100 } } });
  for (let step = 10; step <= 50; step += 10) {
    // The run was interrupted for a day before step 40.
    const time = 1000 + step + (step >= 40 ? 86_400 : 0);
    run.add({ step, loss: 1, tokens_per_second: 100, time });
    run.add({ step, eval_accuracy: step === 10 ? 0.9 : 0.8, time: time + 5 });
  }
  const confusion = { labels: ["a", "b"], counts: [[90, 10], [10, 90]] };
  run.review = { step: 10, sets: [{ name: "", confusion, missed: 20, worst: [] }] };
  // Windows of 5 seconds that end at steps 20, 30 and 50; evaluations take 5 seconds.
  assertEquals(run.trainingSeconds, 15);
  assertEquals(progressText(run), "Step 50 of 100, 15 s of training, about 15 s left");
  const { mood, title } = verdictOf(run);
  assertEquals([mood, title], ["warn", "Not improving since its best evaluation"]);
});

Deno.test("the verdict of SQuAD 1.1 compares F1 with a search that needs no training", () => {
  const verdict = (f1: number) => {
    const run = new RunRecord("run", { task: "squad", settings: { schedule: { totalSteps: 10 } } });
    run.add({ step: 10, eval_f1: f1, eval_exact_match: f1 / 2 });
    return verdictOf(run);
  };
  assertEquals(verdict(8.3).mood, "bad");
  assertStringIncludes(verdict(8.3).text, "F1 8.3% at step 10; word search without training 20.2%");
  assertEquals(verdict(60).mood, "good");
});

Deno.test("a run without evaluations has no verdict yet", () => {
  const run = new RunRecord("run", { task: "pretraining" });
  assertEquals(verdictOf(run).title, "Not started");
  run.add({ step: 1, loss: 9 });
  assertEquals(verdictOf(run).title, "No evaluation yet");
});

Deno.test("the best evaluation is that of the metric in run.json, and decides whether the run stopped early", () => {
  const run = new RunRecord("run", {
    task: "tokens",
    settings: { earlyStopPatience: 1, schedule: { totalSteps: 9 } },
    best: { metric: "f1", direction: "highest" },
    extensions: [{ step: 2, schedule: {} }],
  });
  run.add({ step: 1, eval_accuracy: 0.5, eval_f1: 0.6 });
  run.add({ step: 2, eval_accuracy: 0.9, eval_f1: 0.5 });
  // The run was extended here.
  assertEquals(run.stoppedEarly, false);
  run.add({ step: 3, eval_accuracy: 0.8, eval_f1: 0.7 });
  assertEquals([run.primary?.field, run.bestEvaluation?.step], ["eval_f1", 3]);
  run.add({ step: 4, eval_accuracy: 0.9, eval_f1: 0.7 });
  assertEquals([run.stoppedEarly, isFinished(run)], [true, true]);
  assertEquals(progressText(run), "Step 4 of 9, stopped early");
});

Deno.test("the first window of a run begins when the run starts or is resumed", () => {
  const started = new Date(1e6).toISOString();
  const run = new RunRecord("run", { task: "rte", started });
  run.add({ step: 1, time: 1003, tokens_per_second: 9 });
  run.add({ step: 2, time: 1005, tokens_per_second: 9 });
  assertEquals(run.trainingSeconds, 5);
  const resumed = [1010, 2000].map((time) => new Date(1000 * time).toISOString());
  const parts = new RunRecord("run", { task: "rte", started, resumed });
  for (const [step, time] of [1003, 1005, 1012, 1016, 2001, 4001].entries()) {
    parts.add({ step, time, tokens_per_second: 9 });
  }
  assertEquals(parts.trainingSeconds, 3 + 2 + 2 + 4 + 1 + 2000);
});
