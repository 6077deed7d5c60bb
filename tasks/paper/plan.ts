/**
 * Estimates what jobs require: arithmetic, memory, disk space, and hours at a measured speed.
 *
 * @module
 */
import { exampleSettings, MASKED_LM_PROB } from "../../src/data/mod.ts";
import type { Device } from "../../src/device/mod.ts";
import {
  countParameters,
  encoderSpecs,
  type ModelConfig,
  pretrainingSpecs,
} from "../../src/model/mod.ts";
import { jobCost } from "./jobs/cost.ts";
import type { Job, PretrainJob } from "./jobs/job.ts";
import {
  checkpointBytes,
  gradientBuckets,
  hoursFor,
  measureThroughput,
  type Network,
  rankedStep,
  stepCost,
  type StepShape,
  type Throughput,
  WHOLE_STEP_BYTES,
} from "./measure/mod.ts";

/** Overhead of a job in seconds: loading data, creating the model, writing files. */
const JOB_SECONDS = 0.3;
/** Size of a run folder without weights. */
const FOLDER_BYTES = 200_000;

/** The requirements of jobs. */
export interface PaperPlan {
  /** Number of jobs by kind. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Floating-point operations of all jobs. */
  readonly flops: number;
  /** Peak memory of the largest pretraining step. */
  readonly peakBytes: number;
  /** Disk space of run folders: weights, optimizer moments, logs. */
  readonly diskBytes: number;
  /** Hours on one device at the measured speeds; null without measurements. */
  readonly hours: number | null;
  /** Hours of pretraining with several ranks; null without a network or measurements. */
  readonly rankedHours: number | null;
}

/** Measured speeds by hidden size: models with equal hidden size have about the same FLOP/s. */
export type MeasuredSpeeds = ReadonlyMap<number, Throughput>;

/** What hours follow from. */
type Speed = Pick<Throughput, "gigaflopsPerSecond">;

/** Times a step of the cheapest pretraining job of each hidden size. */
export async function measureSpeeds(
  device: Device,
  jobs: readonly Job[],
  log: (message: string) => void,
): Promise<MeasuredSpeeds> {
  const speeds = new Map<number, Throughput>();
  const pretraining = jobs.filter((job) => job.kind === "pretrain")
    .toSorted((a, b) => jobCost(a) / a.steps - jobCost(b) / b.steps);
  for (const { config, size } of pretraining) {
    if (speeds.has(config.hiddenSize)) continue;
    log(`Timing a step of a model with hidden size ${config.hiddenSize}`);
    const shape = { ...shapeOf(size), batchSize: size.microBatchSize };
    const options = { ...shape, memoryBytes: WHOLE_STEP_BYTES };
    speeds.set(config.hiddenSize, await measureThroughput(device, config, options));
  }
  return speeds;
}

/** Sums up the requirements of jobs on one device. */
export function planJobs(
  jobs: readonly Job[],
  speeds: ReadonlyMap<number, Speed> | null,
): PaperPlan;
/** Sums up the requirements of jobs, also on several devices. */
export function planJobs(
  jobs: readonly Job[],
  speeds: MeasuredSpeeds | null,
  network?: Network,
): PaperPlan;
export function planJobs(
  jobs: readonly Job[],
  speeds: ReadonlyMap<number, Speed> | null,
  network?: Network,
): PaperPlan {
  const counts: Record<string, number> = {};
  for (const { kind } of jobs) counts[kind] = (counts[kind] ?? 0) + 1;
  const pretraining = jobs.filter((job) => job.kind === "pretrain");
  const ranked = network !== undefined && speeds !== null;
  return {
    jobs: counts,
    flops: sum(jobs, jobCost),
    peakBytes: Math.max(
      0,
      ...distinct(pretraining).map(({ config, size }) => stepCost(config, shapeOf(size)).peakBytes),
    ),
    diskBytes: sum(jobs, diskBytes),
    hours: speeds === null ? null : sum(jobs, (job) => hoursOf(job, speeds)),
    rankedHours: ranked
      ? sum(
        pretraining,
        (job) => rankedHours(job, speeds.get(job.config.hiddenSize) as Throughput, network),
      )
      : null,
  };
}

function hoursOf(job: Job, speeds: ReadonlyMap<number, Speed>): number {
  const config = configOf(job);
  const speed = speeds.get(config.hiddenSize) ?? [...speeds.values()].at(0);
  const training = speed === undefined ? 0 : hoursFor(jobCost(job), speed.gigaflopsPerSecond);
  return training + JOB_SECONDS / 3600;
}

/** Hours of a pretraining job whose batch is divided over ranks, each as fast as the measured device. */
function rankedHours(job: PretrainJob, speed: Throughput, network: Network): number {
  const { config, size, steps } = job;
  const shape = shapeOf(size);
  const perRank = Math.ceil(shape.batchSize / network.ranks);
  const microBatches = Math.ceil(perRank / shape.microBatchSize);
  const examples = Math.min(perRank, shape.microBatchSize);
  // The time of a micro-batch is proportional to its examples.
  const flops = examples * stepCost(config, shape).flopsPerExample;
  const microBatch = 3600 * hoursFor(flops, speed.gigaflopsPerSecond);
  // The backward pass has two matrix multiplications for each one of the forward pass.
  const backward = (2 / 3) * microBatch;
  const times = {
    before: microBatches * microBatch - backward,
    backward,
    optimizer: speed.optimizerSeconds,
  };
  return (steps * rankedStep(gradientBuckets(config), times, network).seconds) / 3600;
}

function configOf(job: Job): ModelConfig {
  return "config" in job ? job.config : job.from.config;
}

function diskBytes(job: Job): number {
  if (job.kind === "measure" || job.kind === "finetune") return FOLDER_BYTES;
  const parameters = countParameters(pretrainingSpecs(job.config));
  return FOLDER_BYTES + checkpointBytes(parameters, { moments: job.kind === "pretrain" });
}

function shapeOf(
  { batchSize, microBatchSize, maxSeqLength, maskedLmProb = MASKED_LM_PROB }: PretrainJob["size"],
): StepShape {
  return {
    batchSize,
    microBatchSize,
    sequenceLength: maxSeqLength,
    maxPredictions: exampleSettings(maxSeqLength, { maskedLmProb }).maxPredictionsPerSeq,
  };
}

/** One job per model size: planning a step is slow. */
function distinct(jobs: readonly PretrainJob[]): PretrainJob[] {
  const bySize = new Map(jobs.map((job) => {
    const { hiddenSize, numHiddenLayers, hiddenDropoutProb } = job.config;
    const parameters = countParameters(encoderSpecs(job.config));
    // Dropout keeps its masks.
    return [`${hiddenSize} ${numHiddenLayers} ${hiddenDropoutProb > 0} ${parameters}`, job];
  }));
  return [...bySize.values()];
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
