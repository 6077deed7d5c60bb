/**
 * The README.md that a checkpoint carries.
 *
 * @module
 */
import { architectureOf } from "../model/mod.ts";
import type { PretrainRun } from "./pretrain_run.ts";

/**
 * Text of the card.
 *
 * @param step steps done
 * @param tokens of the training text
 */
export function modelCard({ config, settings }: PretrainRun, step: number, tokens: number): string {
  const kind = architectureOf(config).title;
  return `---
library_name: transformers
tags: [${config.arch}]
---

# ${kind}, ${step} pretraining steps

Pretrained with [@albert-lab/albert](https://jsr.io/@albert-lab/albert) on ${tokens} tokens of text.

| | |
| --- | --- |
| layers, hidden size, heads | ${config.numHiddenLayers}, ${config.hiddenSize}, ${config.numAttentionHeads} |
| embedding size, vocabulary | ${config.embeddingSize}, ${config.vocabSize} |
| sharing | ${config.share}, ${config.numHiddenGroups} group(s) |
| pair objective | ${config.pairObjective} |
| batch, sequence length | ${settings.batchSize}, ${
    settings.phases.map(({ examples }) => examples.maxSeqLength).join(", then ")
  } |
| optimizer, peak learning rate | ${settings.optimizer.kind}, ${settings.schedule.peakLearningRate} |
| seed | ${settings.seed} |
`;
}
