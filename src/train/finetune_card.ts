/**
 * The README.md that a finetuned checkpoint carries.
 *
 * @module
 */
import { architectureOf } from "../model/mod.ts";
import type { FinetuneRun } from "./finetune_run.ts";
import type { FinetuneExample } from "./finetune_task.ts";

/** Text of the card after some steps. */
export function taskCard<E extends FinetuneExample, O>(
  { config, settings, task }: FinetuneRun<E, O>,
  step: number,
): string {
  const kind = architectureOf(config).title;
  return `---
library_name: transformers
tags: [${config.arch}]
---

# ${kind}, finetuned on ${task.name}

Finetuned with [@albert-lab/albert](https://jsr.io/@albert-lab/albert) on ${task.train.length} examples, ${step} steps.

| | |
| --- | --- |
| layers, hidden size, heads | ${config.numHiddenLayers}, ${config.hiddenSize}, ${config.numAttentionHeads} |
| batch, sequence length | ${settings.batchSize}, ${settings.maxSeqLength} |
| optimizer, peak learning rate | ${settings.optimizer.kind}, ${settings.schedule.peakLearningRate} |
| dropout, classifier dropout | ${config.hiddenDropoutProb}, ${config.classifierDropoutProb} |
| seed | ${settings.seed} |
`;
}
