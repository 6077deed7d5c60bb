/**
 * What jobs cost, before they are run.
 *
 * @module
 */
import type { BenchmarkId } from "../experiment.ts";
import { encoderFlopsPerToken, trainingFlops } from "../presets/mod.ts";
import type { FinetuneJob, Job } from "./job.ts";

/** Tokens of a typical example as it is padded, with an encoding of about four letters a token. */
const TOKENS: Readonly<Record<BenchmarkId, number>> = {
  "squad-1.1": 176,
  "squad-2.0": 176,
  "mnli": 64,
  "sst-2": 40,
  "race": 400,
  "cola": 24,
  "mrpc": 80,
  "qnli": 80,
  "qqp": 56,
  "rte": 112,
  "sts-b": 48,
  "wnli": 64,
};
/** A question of SQuAD. */
const QUESTION_TOKENS = 17;
/** Sequences of a question of RACE. */
const CHOICES = 4;
/** Tokens from one window to the next, unless a preset says otherwise. */
const DOC_STRIDE = 128;
/** Passes over the development text at the end: each pair task, and four times the examples of an evaluation. */
const FINAL_EVALUATIONS = 8;

/** Floating point operations of a job. */
export function jobCost(job: Job): number {
  switch (job.kind) {
    case "pretrain": {
      const { config, size, steps } = job;
      const { batchSize, maxSeqLength, evaluations, evalExamples } = size;
      const evaluated = (evaluations + FINAL_EVALUATIONS) * evalExamples;
      return steps * trainingFlops(config, batchSize, maxSeqLength) +
        trainingFlops(config, evaluated, maxSeqLength) / 3;
    }
    case "untrained":
      return trainingFlops(
        job.config,
        FINAL_EVALUATIONS * job.size.evalExamples,
        job.size.maxSeqLength,
      ) / 3;
    case "finetune":
      return finetuningCost(job);
    case "measure":
      return job.measure === "layers"
        ? trainingFlops(job.from.config, job.size.evalExamples, job.size.maxSeqLength) / 3
        : 4 * trainingFlops(job.config, job.batchSize, job.sequenceLength);
  }
}

/** Optimizer steps of a finetuning, about. */
export function finetuningSteps(job: FinetuneJob): number {
  const { maxSteps, epochs = 3, batchSize } = job.size.recipe;
  const examples = job.samples.train * windowsOf(job);
  return maxSteps ?? Math.ceil((epochs * examples) / batchSize);
}

function finetuningCost(job: FinetuneJob): number {
  const { from: { config }, benchmark, size, samples } = job;
  const { batchSize, maxSeqLength } = size.recipe;
  const windows = windowsOf(job);
  const tokens = Math.min(TOKENS[benchmark], maxSeqLength) * (benchmark === "race" ? CHOICES : 1);
  const forward = tokens * encoderFlopsPerToken(config, Math.min(TOKENS[benchmark], maxSeqLength));
  const trained = finetuningSteps(job) * batchSize;
  return forward * (3 * trained + size.evaluations * samples.dev * windows);
}

/** Windows that a question of SQuAD's passage is cut into; 1 elsewhere. */
function windowsOf({ benchmark, size: { recipe, docStride = DOC_STRIDE } }: FinetuneJob): number {
  if (!benchmark.startsWith("squad-")) return 1;
  const room = recipe.maxSeqLength - QUESTION_TOKENS - 3;
  const passage = TOKENS[benchmark] - QUESTION_TOKENS;
  return 1 + Math.max(0, Math.ceil((passage - room) / docStride));
}
