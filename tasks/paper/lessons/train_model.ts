/**
 * Trains one model of a lesson with one seed, and scores it.
 *
 * @module
 */
import { readVocabularyFiles } from "../../../src/data/disk/mod.ts";
import type { Device } from "../../../src/device/mod.ts";
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { type PretrainSettings, pretrainSettings } from "../../../src/pretraining/mod.ts";
import { pretrainingTask } from "../../../src/pretraining/disk.ts";
import { latestCheckpoint, readModelFolder, train } from "../../../src/train/disk.ts";
import { measureIntrinsic } from "../jobs/intrinsic.ts";
import { type JsonFileKind, readJsonFile } from "../json_file.ts";
import { isObject } from "../../../src/json/mod.ts";
import { lessonConfig, type LessonModel, type LessonRecipe } from "./lesson.ts";
import type { LessonText } from "./lesson_text.ts";

export interface LessonRun {
  readonly model: LessonModel;
  readonly seed: number;
  readonly recipe: LessonRecipe;
  /** The run folder. */
  readonly folder: string;
}

export interface LessonRunResult {
  /** Scores in points by the names of `measureIntrinsic()`. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly adapter: string;
}

/** Receives the progress of a run. */
export interface LessonRunObserver {
  /** Called after a step. */
  progress(step: number): void;
  stopRequested(): boolean;
}

/** Evaluations per run, which are the points of a curve. */
const EVALUATIONS = 15;
/** Held-out examples per evaluation; the final one has four times as many. */
const EVAL_EXAMPLES = 256;
/** Steps between two checkpoints: at most this much is lost by a kill. */
const SAVE_STEPS = 250;

const RESULT: JsonFileKind<LessonRunResult> = {
  isValid: ({ metrics, adapter }) => isObject(metrics) && typeof adapter === "string",
  expected: "metrics and adapter",
  fix: "delete it and give the command again",
};

/** Reads the result of a run; null if it is not finished. */
export async function readLessonResult({ folder }: LessonRun): Promise<LessonRunResult | null> {
  return await readJsonFile(`${folder}/lesson.json`, RESULT);
}

/** Trains a model, or continues, and writes its result; returns null if a stop was requested. */
export async function trainLessonModel(
  { model, seed, recipe, folder }: LessonRun,
  { train: source, dev }: LessonText,
  device: Device,
  { progress, stopRequested }: LessonRunObserver,
): Promise<LessonRunResult | null> {
  const config = lessonConfig(recipe, model, source.corpus.vocabulary.size);
  const settings = settingsOf(recipe, model, seed, config);
  const files = await readVocabularyFiles(source);
  const { finished } = await train({
    device,
    task: pretrainingTask({
      sources: [{ name: "", data: source, weight: 1 }],
      evalData: new Map([["dev", dev]]),
      settings,
      files,
    }),
    config,
    settings,
    output: folder,
    resume: true,
    files,
    provenance: { device: device.description },
    reportTo: [],
    observer: {
      log: () => {},
      progress: () => {},
      evaluated: () => {},
      stopRequested,
      betweenSteps: async (step) => {
        progress(step);
        // Lets messages of the main thread arrive.
        await new Promise((resolve) => setTimeout(resolve));
      },
    },
  });
  if (!finished) return null;
  const trained = await readModelFolder((await latestCheckpoint(folder))!);
  const metrics = await measureIntrinsic(device, trained, dev, {
    maxSeqLength: recipe.maxSeqLength,
    evalExamples: EVAL_EXAMPLES,
    microBatchSize: 64,
  });
  const result = { metrics, adapter: device.description.adapter };
  await atomicWriteFile(`${folder}/lesson.json`, `${JSON.stringify(result, null, 2)}\n`);
  return result;
}

function settingsOf(
  { steps, batchSize, maxSeqLength, masked, learningRate, warmupSteps }: LessonRecipe,
  { pairObjective }: LessonModel,
  seed: number,
  config: ReturnType<typeof lessonConfig>,
): PretrainSettings {
  return pretrainSettings({
    steps,
    seed,
    maxSeqLength,
    batchSize,
    learningRate,
    warmupSteps: Math.min(warmupSteps, Math.floor(steps / 2)),
    optimizer: { kind: "adamw" },
    examples: {
      maskedLmProb: masked,
      // Otherwise lengths and cuts give the order away.
      ...(pairObjective === "sop" && { balancedPairs: true }),
    },
    // The text has its own held-out part.
    validationFraction: 0,
    evalExamples: EVAL_EXAMPLES,
    evalSteps: Math.max(1, Math.floor(steps / EVALUATIONS)),
    loggingSteps: Math.max(1, Math.floor(steps / 60)),
    saveSteps: SAVE_STEPS,
    keepCheckpoints: 1,
    dataloaderNumWorkers: 0,
  }, config);
}
