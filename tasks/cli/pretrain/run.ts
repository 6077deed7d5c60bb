/**
 * What `albert pretrain` does once its flags are read.
 *
 * @module
 */
import settingsFile from "../../../deno.json" with { type: "json" };
import { type Device, openDevice } from "../../../src/device/mod.ts";
import {
  type ModelConfig,
  PRESET_NAMES,
  presetConfig,
  presetSequenceLength,
  validateConfig,
} from "../../../src/model/mod.ts";
import {
  pretrain,
  type PretrainObserver,
  readConfig,
  readRunSettings,
} from "../../../src/train/disk.ts";
import { type PretrainRequest, pretrainSettings } from "../../../src/train/mod.ts";
import type { CommonOptions } from "../common.ts";
import { onInterrupt } from "../interrupt.ts";
import { createProgress } from "../progress.ts";
import { openData } from "./open_data.ts";

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
};

/** A flag is missing or contradicts another. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a flag is wrong about is usage, wherever it is found out. */
function usage<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Flags that a run remembers, so that `--resume` needs none of them. */
type RememberedFlags = Omit<PretrainFlags, "output" | "resume" | "quiet" | "json">;

/** Opens data and device, trains, reports. */
export async function runPretrain(given: PretrainFlags): Promise<void> {
  const flags = await withRemembered(given);
  if (flags.data === undefined) {
    throw new UsageError("--data is missing: the folder that prepare made, or text with --vocab");
  }
  if (flags.steps === undefined) {
    throw new UsageError("--steps is missing: how many optimizer steps to do");
  }
  const data = await openData({ ...flags, data: flags.data });
  if (data === null) {
    throw new UsageError(
      `${
        flags.data.join(" ")
      } holds no prepared data; run prepare first, or give --vocab to prepare text now`,
    );
  }
  const config = await modelConfig(flags, data.corpus.vocabulary.size);
  const request = pretrainRequest(flags, flags.steps);
  const settings = usage(() => pretrainSettings(request, config));
  const device = await openDevice({ device: flags.device });
  const progress = createProgress({
    title: "pretraining",
    total: settings.schedule.totalSteps,
    unit: "step",
    quiet: flags.quiet,
  });
  let stop = false;
  const endInterrupt = onInterrupt(() => {
    stop = true;
    progress.say("stopping after this step and saving; again to quit at once");
  });
  try {
    const { step, finished, evaluation } = await pretrain({
      device,
      data,
      config,
      settings,
      output: flags.output,
      resume: flags.resume === true,
      files: await vocabularyFiles(data.folder, data.index.vocabularyFiles),
      provenance: { flags: remembered(flags), ...provenance(device) },
      observer: observer(progress, () => stop),
    });
    progress.end();
    if (!finished) {
      progress.say(
        `stopped at step ${step}; go on with: albert pretrain --output ${flags.output} --resume`,
      );
    }
    if (given.json) console.log(JSON.stringify({ step, finished, evaluation }));
  } finally {
    endInterrupt();
    await device.destroy();
  }
}

function observer(
  progress: ReturnType<typeof createProgress>,
  stopRequested: () => boolean,
): PretrainObserver {
  return {
    say: (line) => progress.say(line),
    progress: (step, { loss, tokensPerSecond }) =>
      progress.update(step, `loss ${loss.toFixed(3)}, ${Math.round(tokensPerSecond)} tokens/s`),
    evaluated: (step, result) =>
      progress.say(
        `step ${step}: held-out masked loss ${result.maskedLoss.toFixed(3)}, ` +
          `accuracy ${percent(result.maskedAccuracy)}` +
          (result.pairs > 0 ? `, pair accuracy ${percent(result.pairAccuracy)}` : ""),
      ),
    stopRequested,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)}%`;
}

/** On `--resume`, what the run was started with, under what was said now. */
async function withRemembered(given: PretrainFlags): Promise<PretrainFlags> {
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

function remembered(flags: PretrainFlags): RememberedFlags {
  const { output: _output, resume: _resume, quiet: _quiet, json: _json, ...kept } = flags;
  return kept;
}

/**
 * The model: a preset takes the data's vocabulary size, a file must agree with it.
 *
 * @throws {UsageError} when it does not.
 */
async function modelConfig(flags: PretrainFlags, vocabSize: number): Promise<ModelConfig> {
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

function pretrainRequest(flags: PretrainFlags, steps: number): PretrainRequest {
  const { optimizer, weightDecay, maxGradNorm } = flags;
  const { maxPredictionsPerSeq, shortSeqPer, dupeFactor } = flags;
  return {
    ...flags,
    steps,
    maxSeqLength: flags.maxSeqLength ?? presetSequenceLength(flags.config ?? "nano"),
    optimizer: defined({ kind: optimizer, weightDecay, maxGradientNorm: maxGradNorm }),
    examples: defined({ maxPredictionsPerSeq, shortSeqPer, dupeFactor }),
  };
}

/** Leaves out what is undefined, so that defaults show through. */
function defined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/** The vocabulary's files, to travel with every checkpoint. */
async function vocabularyFiles(
  folder: string,
  names: readonly string[],
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  for (const name of names) files.set(name, await Deno.readFile(`${folder}/${name}`));
  return files;
}

/** What a reader of `run.json` wants to know and what decides nothing. */
function provenance(device: Device): Record<string, unknown> {
  return {
    version: settingsFile.version,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    device: device.description,
    started: new Date().toISOString(),
  };
}
