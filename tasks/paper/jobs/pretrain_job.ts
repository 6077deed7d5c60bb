/**
 * Jobs that produce a model: pretraining, and initialization without training.
 *
 * @module
 */
import { pretrainingTask } from "../../../src/pretraining/disk.ts";
import {
  initialize,
  pretrainingArchitecture,
  PretrainingModel,
  readTensors,
} from "../../../src/model/mod.ts";
import {
  latestCheckpoint,
  readEvents,
  readModelFolder,
  train,
  weightsSha256,
  writeModelFolder,
} from "../../../src/train/disk.ts";
import { type PretrainSettings, pretrainSettings } from "../../../src/pretraining/mod.ts";
import type { Curve } from "../result.ts";
import { type JobContext, type Measured, points, runFolder } from "./context.ts";
import { type LoadedModel, measureIntrinsic, measurePairCues } from "./intrinsic.ts";
import type { ModelJob, PretrainJob, UntrainedJob } from "./job.ts";
import type { JobLog } from "./job_log.ts";

/** Name of the development text among a run's held-out sets. */
const DEV = "dev";
/** Logged steps per run. */
const LOG_LINES = 100;
/** Checkpoints per run. Only the last is kept, to continue after a kill. */
const SAVES = 10;
/** Minimum number of steps between checkpoints: saving one takes longer than a few steps of a tiny model. */
const MIN_SAVE_STEPS = 50;

/** Runs or continues a pretraining job and evaluates the model; returns null if a stop was requested. */
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
  const files = await data.vocabularyFiles();
  const { finished } = await train({
    device,
    task: pretrainingTask({
      sources: [{ name: "", data: source, weight: 1 }],
      evalData: new Map([[DEV, dev]]),
      settings,
      initialWeights: initial,
      files,
      log: log.write,
    }),
    config: job.config,
    settings,
    output: folder,
    resume: true,
    files,
    provenance: { job: job.label, ...context.provenance },
    observer: {
      log: log.write,
      progress: (step) => {
        log.trained((performance.now() - started) / 1000);
        context.progress(job, step, job.steps);
      },
      evaluated: (step, { summary }) => log.write(`step ${step}: ${summary}`),
      stopRequested: context.stopRequested,
    },
  });
  log.trained((performance.now() - started) / 1000);
  if (!finished) return null;
  const metrics = await intrinsicMetrics(await readModel(job, output), context, job.size);
  return { metrics, curves: { mlm_accuracy: await accuracyCurve(folder) }, steps: job.steps };
}

/** Loads the model of a finished job. */
export async function readModel(job: ModelJob, output: string): Promise<LoadedModel> {
  return await readModelFolder(await modelFolder(job, output));
}

/**
 * The folder of a job's model.
 *
 * @throws {Error} If the job has no checkpoint on this machine, for example because only its result was committed.
 */
export async function modelFolder(job: ModelJob, output: string): Promise<string> {
  const folder = `${output}/${runFolder(job)}`;
  if (job.kind === "untrained") return untrainedFolder(folder);
  const checkpoint = await latestCheckpoint(folder);
  if (checkpoint === null) throw new Error(`${folder} has no checkpoint; run ${job.label} again`);
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
    examples: {
      ...(size.balancedPairs && config.pairObjective === "sop" && { balancedPairs: true }),
      ...(size.maskedLmProb !== undefined && { maskedLmProb: size.maskedLmProb }),
    },
    learningRate: size.learningRate,
    warmupSteps: size.warmupSteps,
    optimizer: { kind: size.optimizer },
    batchSize: size.batchSize,
    microBatchSize: size.microBatchSize,
    // The development text is separate.
    validationFraction: 0,
    evalExamples: size.evalExamples,
    evalSteps: every(size.evaluations),
    loggingSteps: every(LOG_LINES),
    saveSteps: Math.max(every(SAVES), MIN_SAVE_STEPS),
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

/** The metrics of a model on the development text, and what the lengths of pairs give away. */
async function intrinsicMetrics(
  model: LoadedModel,
  { device, data }: JobContext,
  size: ModelJob["size"],
): Promise<Record<string, number>> {
  const dev = await data.text("dev");
  // All jobs of a run have the same texts and sequence length.
  const cues = await data.once(
    "pair cues",
    async () => measurePairCues(await data.text("plain"), dev, size),
  );
  return { ...await measureIntrinsic(device, model, dev, size), ...cues };
}

function untrainedFolder(folder: string): string {
  return `${folder}/model`;
}

/** Saves an initialized model and evaluates it. */
export async function runUntrainedJob(
  { config, seed, size, ...job }: UntrainedJob,
  context: JobContext,
): Promise<Measured> {
  const { device, data, output } = context;
  const folder = untrainedFolder(`${output}/${runFolder(job)}`);
  const model = new PretrainingModel(device, config, { trainable: false });
  try {
    initialize(model.parameters, seed, config.initializerRange);
    await Deno.mkdir(folder, { recursive: true });
    await writeModelFolder(folder, {
      config,
      architecture: pretrainingArchitecture(config),
      tensors: await readTensors(model.parameters),
      files: await data.vocabularyFiles(),
      card: "An initialized, untrained model: a baseline for the paper's experiments.\n",
    });
  } finally {
    model.parameters.free();
  }
  const loaded = await readModelFolder(folder);
  const metrics = await intrinsicMetrics(loaded, context, size);
  return { metrics, curves: {}, steps: 0 };
}
