/**
 * What experiments will take: jobs, arithmetic, memory, disk, hours at a measured speed.
 *
 * @module
 */
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
} from "./measure/mod.ts";

/** Share of tokens that are masked. */
const MASKED = 0.15;
/** A model whose step needs more is timed by its layers. */
const TIMED_AT_ONCE = 4 * 2 ** 30;
/** Seconds of a job in which nothing is trained: reading data, making the model, writing files. */
const JOB_SECONDS = 0.3;
/** What a run folder holds beside weights. */
const FOLDER_BYTES = 200_000;

/** What jobs will take. */
export interface PaperPlan {
  /** By kind. */
  readonly jobs: Readonly<Record<string, number>>;
  /** Floating point operations of all. */
  readonly flops: number;
  /** Of the largest step, with what the preset holds at once. */
  readonly peakBytes: number;
  /** Weights and moments that stay, and what else run folders hold. */
  readonly diskBytes: number;
  /** On one device at the measured speeds; null without a device. */
  readonly hours: number | null;
  /** Of pretraining with several ranks; null where none were asked for. */
  readonly rankedHours: number | null;
}

/** Measured speeds by width: models of one width are about equally fast by their arithmetic. */
export type MeasuredSpeeds = ReadonlyMap<number, Throughput>;

/** Times a step of the cheapest pretrained model of each width. */
export async function measureSpeeds(
  device: Device,
  jobs: readonly Job[],
  say: (sentence: string) => void,
): Promise<MeasuredSpeeds> {
  const speeds = new Map<number, Throughput>();
  const pretraining = jobs.filter((job) => job.kind === "pretrain")
    .toSorted((a, b) => jobCost(a) / a.steps - jobCost(b) / b.steps);
  for (const { config, size } of pretraining) {
    if (speeds.has(config.hiddenSize)) continue;
    say(`timing a step of a model ${config.hiddenSize} wide`);
    const shape = { ...shapeOf(size), batchSize: size.microBatchSize };
    const options = { ...shape, memoryBytes: TIMED_AT_ONCE };
    speeds.set(config.hiddenSize, await measureThroughput(device, config, options));
  }
  return speeds;
}

/** Adds jobs up, each once. */
export function planJobs(
  jobs: readonly Job[],
  speeds: MeasuredSpeeds | null,
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
      ? sum(pretraining, (job) => rankedHours(job, speeds.get(job.config.hiddenSize)!, network))
      : null,
  };
}

function hoursOf(job: Job, speeds: MeasuredSpeeds): number {
  const config = configOf(job);
  const speed = speeds.get(config.hiddenSize) ?? [...speeds.values()].at(0);
  const training = speed === undefined ? 0 : hoursFor(jobCost(job), speed.gigaflopsPerSecond);
  return training + JOB_SECONDS / 3600;
}

/** Hours of a pretraining whose batch is divided over ranks, each as fast as the device that was measured. */
function rankedHours(job: PretrainJob, speed: Throughput, network: Network): number {
  const { config, size, steps } = job;
  const shape = shapeOf(size);
  const perRank = Math.ceil(shape.batchSize / network.ranks);
  const microBatches = Math.ceil(perRank / shape.microBatchSize);
  const held = Math.min(perRank, shape.microBatchSize);
  // A smaller part of a batch takes as much less time.
  const flops = held * stepCost(config, shape).flopsPerExample;
  const microBatch = 3600 * hoursFor(flops, speed.gigaflopsPerSecond);
  // Backward takes two products for each of forward.
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
  { batchSize, microBatchSize, maxSeqLength }: PretrainJob["size"],
): StepShape {
  return {
    batchSize,
    microBatchSize,
    sequenceLength: maxSeqLength,
    maxPredictions: Math.ceil(MASKED * maxSeqLength),
  };
}

/** One of each size: planning a step takes a while. */
function distinct(jobs: readonly PretrainJob[]): PretrainJob[] {
  const bySize = new Map(jobs.map((job) => {
    const { hiddenSize, numHiddenLayers } = job.config;
    return [`${hiddenSize} ${numHiddenLayers} ${countParameters(encoderSpecs(job.config))}`, job];
  }));
  return [...bySize.values()];
}

function sum<T>(list: readonly T[], of: (each: T) => number): number {
  return list.reduce((total, each) => total + of(each), 0);
}
