/**
 * From flags to a model configuration and a request for training.
 *
 * @module
 */
import {
  type ModelConfig,
  PRESET_NAMES,
  presetConfig,
  presetSequenceLength,
  validateConfig,
} from "../../../src/model/mod.ts";
import { readConfig } from "../../../src/train/disk.ts";
import type { PretrainRequest } from "../../../src/train/mod.ts";
import { usage, UsageError } from "../errors.ts";
import type { PretrainFlags } from "../train_options.ts";

/**
 * The model: a preset takes the data's vocabulary size, a file must agree with it.
 *
 * @throws {UsageError} when it does not.
 */
export async function modelConfig(flags: PretrainFlags, vocabSize: number): Promise<ModelConfig> {
  const name = flags.config ?? "nano";
  const preset = PRESET_NAMES.includes(name);
  if (!preset && !/[./\\]/.test(name)) usage(() => presetConfig(name));
  const config = preset ? { ...presetConfig(name), vocabSize } : await readConfig(name);
  if (config.vocabSize !== vocabSize) {
    throw new UsageError(
      `${name} says vocab_size ${config.vocabSize}, the data was prepared with ${vocabSize} pieces; change one of them`,
    );
  }
  const { dropout, pairObjective } = flags;
  return validateConfig({
    ...config,
    ...(dropout !== undefined &&
      { hiddenDropoutProb: dropout, attentionProbsDropoutProb: dropout }),
    ...(pairObjective !== undefined && { pairObjective }),
  });
}

/** What the flags ask for. */
export function pretrainRequest(
  flags: PretrainFlags,
  steps: number,
  initialWeights?: string,
): PretrainRequest {
  const { optimizer, weightDecay, maxGradNorm } = flags;
  const { maxPredictionsPerSeq, shortSeqPer, dupeFactor, favorShorterNgram } = flags;
  return {
    ...flags,
    microBatchSize: flags.microBatchSize === "auto" ? undefined : flags.microBatchSize,
    steps,
    initialWeights,
    maxSeqLength: flags.maxSeqLength ?? presetSequenceLength(flags.config ?? "nano"),
    optimizer: defined({ kind: optimizer, weightDecay, maxGradientNorm: maxGradNorm }),
    examples: defined({
      maxPredictionsPerSeq,
      shortSeqPer,
      dupeFactor,
      favorShorterNgram,
      wholeWordMask: flags.wholeWord,
    }),
    phases: flags.phases === undefined ? undefined : parsePhases(flags.phases),
  };
}

/** `128:0.9,512:0.1`: lengths and their shares of the steps. */
function parsePhases(text: string): { maxSeqLength: number; share: number }[] {
  return text.split(",").map((part) => {
    const match = /^(\d+):(\d*\.?\d+)$/.exec(part.trim());
    if (match === null) {
      throw new UsageError(`--phases ${text}: ${part} is not LENGTH:SHARE, as in 128:0.9,512:0.1`);
    }
    return { maxSeqLength: Number(match[1]), share: Number(match[2]) };
  });
}

/** `90s`, `30m`, `2h` in milliseconds. */
export function parseDuration(text: string): number {
  const match = /^(\d*\.?\d+)([smh])$/.exec(text);
  if (match === null) throw new UsageError(`--max-time ${text} is no time such as 90s, 30m or 2h`);
  return 1000 * Number(match[1]) * { s: 1, m: 60, h: 3600 }[match[2] as "s" | "m" | "h"];
}

/** Leaves out what is undefined, so that defaults show through. */
function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}
