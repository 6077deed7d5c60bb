/**
 * The flags of `albert pretrain`.
 *
 * @module
 */
import type { ExamplesAtOnce } from "../examples_at_once.ts";
import type { RankFlags } from "../ranks.ts";
import type { RunFlags } from "../run_flags.ts";

/** The flags as they were given; what is absent has the default, or the run's own value on `--resume`. */
export type PretrainFlags = RunFlags & RankFlags & {
  data?: string[];
  vocab?: string;
  config?: string;
  steps?: number;
  batchSize?: number;
  microBatchSize?: ExamplesAtOnce;
  recompute?: "layers" | "attention" | "none";
  maxSeqLength?: number;
  learningRate?: number;
  warmupSteps?: number;
  precision?: "f32" | "f16";
  optimizer?: "lamb" | "adamw";
  weightDecay?: number;
  maxGradNorm?: number;
  dropout?: number;
  pairObjective?: "sop" | "nsp" | "none";
  maxPredictionsPerSeq?: number;
  shortSeqPer?: "chunk" | "document";
  dupeFactor?: number;
  dataloaderNumWorkers?: number;
  validationFraction?: number;
  loggingSteps?: number;
  evalSteps?: number;
  evalExamples?: number;
  saveSteps?: number;
  keepCheckpoints?: number;
  keepBest?: boolean;
  earlyStopPatience?: number;
  maxTime?: string;
  phases?: string;
  mixture?: string;
  evalData?: string[];
  initFrom?: string;
  favorShorterNgram?: boolean;
  wholeWord?: boolean;
  watch?: true;
  port?: number;
  tune?: boolean;
  profile?: true;
};
