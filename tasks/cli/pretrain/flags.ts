/**
 * The flags of `albert pretrain`, and what a run remembers of them.
 *
 * @module
 */
import { readRunSettings } from "../../../src/train/disk.ts";
import type { CommonOptions } from "../common.ts";

/** The flags as they were given; what is absent has the default, or the run's own value on `--resume`. */
export type PretrainFlags = CommonOptions & {
  output: string;
  resume?: true;
  data?: string[];
  vocab?: string;
  config?: string;
  steps?: number;
  batchSize?: number;
  microBatchSize?: number;
  maxSeqLength?: number;
  learningRate?: number;
  warmupSteps?: number;
  optimizer?: "lamb" | "adamw";
  weightDecay?: number;
  maxGradNorm?: number;
  dropout?: number;
  pairObjective?: "sop" | "nsp" | "none";
  maxPredictionsPerSeq?: number;
  shortSeqPer?: "chunk" | "document";
  dupeFactor?: number;
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
};

/** A flag is missing or contradicts another. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a flag is wrong about is usage, wherever it is found out. */
export function usage<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Flags that a run remembers, so that `--resume` needs none of them. */
export type RememberedFlags = Omit<
  PretrainFlags,
  "output" | "resume" | "quiet" | "json" | "watch" | "port"
>;

/** On `--resume`, what the run was started with, under what was said now. */
export async function withRemembered(given: PretrainFlags): Promise<PretrainFlags> {
  if (!given.resume) return given;
  const earlier = await readRunSettings(given.output);
  const flags = (earlier?.flags ?? {}) as Partial<RememberedFlags>;
  const said = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as PretrainFlags;
  // Every command has a seed and a device by default, which must not override the run's own.
  const device = given.device === "auto" ? flags.device ?? "auto" : given.device;
  return { ...flags, ...said, device, seed: flags.seed ?? given.seed };
}

/** What `run.json` keeps of the flags. */
export function remembered(flags: PretrainFlags): RememberedFlags {
  const { output: _output, resume: _resume, quiet: _quiet, json: _json, ...rest } = flags;
  const { watch: _watch, port: _port, ...kept } = rest;
  return kept;
}
