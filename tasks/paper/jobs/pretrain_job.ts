/**
 * Pretraining as a job: train into the job's folder, then measure on the development text.
 *
 * @module
 */
import {
  latestCheckpoint,
  pretrain,
  readEvents,
  readModelFolder,
  weightsSha256,
} from "../../../src/train/disk.ts";
import { type PretrainSettings, pretrainSettings } from "../../../src/train/mod.ts";
import type { Curve } from "../result.ts";
import { type JobContext, type Measured, points, runFolder } from "./context.ts";
import { type LoadedModel, measureIntrinsic } from "./intrinsic.ts";
import type { ModelJob, PretrainJob } from "./job.ts";
import { untrainedFolder } from "./untrained_job.ts";
import type { JobLog } from "./job_log.ts";

/** Name of the development text among a run's held-out sets. */
const DEV = "dev";
/** Lines of the log of a run. */
const LOG_LINES = 100;
/** Checkpoints of a run, of which the last is kept: what a kill costs at most. */
const SAVES = 10;
/** Writing one takes longer than so few steps of a tiny model. */
const LEAST_STEPS_SAVED = 50;

/** Trains and measures; null when it was asked to stop. */
export async function runPretrainJob(
  job: PretrainJob,
  context: JobContext,
  log: JobLog,
): Promise<Measured | null> {
  const { device, data, output } = context;
  const folder = `${output}/${runFolder(job)}`;
  const source = await data.text(job.corpus);
  const dev = await data.text("dev");
  const initial = job.warmStart === undefined
    ? undefined
    : (await readModel(job.warmStart, output)).weights;
  const settings = settingsOf(job, initial === undefined ? undefined : weightsSha256(initial));
  const started = performance.now();
  const { finished } = await pretrain({
    device,
    sources: [{ name: "", data: source, weight: 1 }],
    config: job.config,
    settings,
    evalData: new Map([[DEV, dev]]),
    initialWeights: initial,
    output: folder,
    resume: true,
    files: await data.vocabularyFiles(),
    provenance: { job: job.label, ...context.provenance },
    observer: {
      say: log.say,
      progress: (step) => {
        log.trained((performance.now() - started) / 1000);
        context.progress(job, step, job.steps);
      },
      evaluated: (step, result) =>
        log.say(`step ${step}: accuracy on masked words ${points(result.maskedAccuracy)}`),
      stopRequested: context.stopRequested,
    },
  });
  log.trained((performance.now() - started) / 1000);
  if (!finished) return null;
  const metrics = await measureIntrinsic(device, await readModel(job, output), dev, job.size);
  return { metrics, curves: { mlm_accuracy: await accuracyCurve(folder) }, steps: job.steps };
}

/** The weights that a job left. */
export async function readModel(job: ModelJob, output: string): Promise<LoadedModel> {
  return await readModelFolder(await modelFolder(job, output));
}

/**
 * Where a job's model is.
 *
 * @throws {Error} when its run folder is gone, as where only its result was committed.
 */
export async function modelFolder(job: ModelJob, output: string): Promise<string> {
  const folder = `${output}/${runFolder(job)}`;
  if (job.kind === "untrained") return untrainedFolder(folder);
  const checkpoint = await latestCheckpoint(folder);
  if (checkpoint === null) throw new Error(`${folder} holds no model; run ${job.label} again`);
  return checkpoint;
}

function settingsOf(
  { config, size, steps, seed }: PretrainJob,
  initialWeights: string | undefined,
): PretrainSettings {
  const every = (times: number) => Math.max(1, Math.round(steps / times));
  return pretrainSettings({
    steps,
    seed,
    initialWeights,
    maxSeqLength: size.maxSeqLength,
    learningRate: size.learningRate,
    warmupSteps: size.warmupSteps,
    optimizer: { kind: size.optimizer },
    batchSize: size.batchSize,
    microBatchSize: size.microBatchSize,
    // All text is for training: the development text is another.
    validationFraction: 0,
    evalExamples: size.evalExamples,
    evalSteps: every(size.evaluations),
    loggingSteps: every(LOG_LINES),
    saveSteps: Math.max(every(SAVES), LEAST_STEPS_SAVED),
    keepCheckpoints: 1,
  }, config);
}

async function accuracyCurve(folder: string): Promise<Curve> {
  const field = `eval_${DEV}_accuracy_mlm`;
  const evaluations = (await readEvents(folder)).filter((event) => field in event);
  return {
    x: evaluations.map(({ step }) => Number(step)),
    y: evaluations.map((event) => points(Number(event[field]))),
  };
}
