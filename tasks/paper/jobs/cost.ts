/**
 * Estimates of the arithmetic of jobs.
 *
 * @module
 */
import type { BenchmarkId } from "../experiment.ts";
import { encoderFlopsPerToken, trainingFlops } from "../presets/mod.ts";
import type { FinetuneJob, Job } from "./job.ts";

/** Length of a typical padded example in tokens, at about four letters per token. */
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
/** Length of a SQuAD question. */
const QUESTION_TOKENS = 17;
/** Sequences per RACE question. */
const CHOICES = 4;
/** Default tokens between the starts of two windows. */
export const DOC_STRIDE = 128;
/** Cost of the final evaluation in evaluations: SOP and NSP, each with four times the examples. */
const FINAL_EVALUATIONS = 8;

/** Estimates the floating-point operations of a job. */
export function jobCost(job: Job): number {
  switch (job.kind) {
    case "pretrain": {
      const { config, size, steps } = job;
      const { batchSize, maxSeqLength, maskedLmProb, evaluations, evalExamples } = size;
      const evaluated = (evaluations + FINAL_EVALUATIONS) * evalExamples;
      return steps * trainingFlops(config, batchSize, maxSeqLength, maskedLmProb) +
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

/** Approximate number of optimizer steps of a fine-tuning job. */
function finetuningSteps(job: FinetuneJob): number {
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

/** Windows per SQuAD question; 1 for other benchmarks. */
function windowsOf({ benchmark, size: { recipe, docStride = DOC_STRIDE } }: FinetuneJob): number {
  if (!benchmark.startsWith("squad-")) return 1;
  const room = recipe.maxSeqLength - QUESTION_TOKENS - 3;
  const passage = TOKENS[benchmark] - QUESTION_TOKENS;
  return 1 + Math.max(0, Math.ceil((passage - room) / docStride));
}
