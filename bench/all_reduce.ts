/**
 * Measures the all-reduce of gradients: its bytes and time, and the time of the whole step.
 *
 * @module
 */
import { type Device, openDevice } from "../src/device/mod.ts";
import {
  allReduceBuffer,
  type AllReduceType,
  type ProcessGroup,
  SINGLE_PROCESS,
} from "../src/distributed/mod.ts";
import {
  countParameters,
  encoderSpecs,
  initialize,
  type ModelConfig,
  Parameters,
  pretrainingSpecs,
} from "../src/model/mod.ts";
import { OPTIMIZER_DEFAULTS } from "../src/optim/mod.ts";
import { PRETRAINING, pretrainingBatches } from "../src/pretraining/mod.ts";
import { Trainer } from "../src/train/mod.ts";
import { type Network, ringAllReduceSeconds } from "../tasks/paper/measure/mod.ts";
import { benchConfig, syntheticExamples } from "./workload.ts";
import { usualPredictions } from "./step/training_step.ts";
import { median } from "./table.ts";

/** Options of {@linkcode benchAllReduce}. */
export interface AllReduceRequest {
  /** Presets whose steps are measured, as ALBERT and as BERT. */
  readonly trained: readonly string[];
  /** Presets of which only the all-reduce is measured, since their steps take minutes. */
  readonly reduced: readonly string[];
  readonly device: "auto" | "webgpu" | "cpu";
  /** Global batch size. */
  readonly batch: number;
  readonly sequence: number;
  readonly steps: number;
}

/** Results of a model. */
export interface AllReduceRow {
  readonly model: string;
  readonly parameters: number;
  readonly allReduce: AllReduceType;
  /** Bytes of the gradients of a rank, as they are sent. */
  readonly bytes: number;
  readonly allReduceMilliseconds: number;
  /** Prediction of the model behind `paper plan --ranks`, fitted to the other rows of this type; null if too few exist. */
  readonly predictedMilliseconds: number | null;
  /** Time of a step including the all-reduce, if it was measured. */
  readonly stepMilliseconds?: number;
  readonly tokensPerSecond?: number;
}

type MeasuredRow = Omit<AllReduceRow, "predictedMilliseconds">;

/** Results of all models. */
export interface AllReduceBench {
  readonly ranks: number;
  readonly library: string;
  readonly adapter: string;
  readonly batch: number;
  readonly sequence: number;
  readonly rows: readonly AllReduceRow[];
}

/** A configuration of the same depth and width without sharing and factorization, as in BERT. */
export function asBert(config: ModelConfig): ModelConfig {
  return {
    ...config,
    embeddingSize: config.hiddenSize,
    embeddingProjection: false,
    numHiddenGroups: config.numHiddenLayers,
    share: "none",
  };
}

/** Runs the measurement on all ranks of a process group. Collective. */
export async function benchAllReduce(
  group: ProcessGroup,
  request: AllReduceRequest,
): Promise<AllReduceBench> {
  const { batch, sequence } = request;
  const device = await openDevice({
    device: request.device,
    workers: group.size > 1 ? group.cores : undefined,
  });
  const rows: MeasuredRow[] = [];
  try {
    for (const allReduce of ["f32", "f16"] as const) {
      for (const [names, trains] of [[request.trained, true], [request.reduced, false]] as const) {
        for (const name of names) {
          const config = benchConfig(name);
          for (const [kind, shape] of [["ALBERT", config], ["BERT", asBert(config)]] as const) {
            const model = `${name} as ${kind}`;
            const reduced = await timeAllReduce(group, device, model, shape, allReduce, request);
            rows.push(
              trains
                ? { ...reduced, ...await timeSteps(group, device, shape, allReduce, request) }
                : reduced,
            );
          }
        }
      }
    }
  } finally {
    await device.destroy();
  }
  const { adapter } = device.description;
  return {
    ranks: group.size,
    library: group.library,
    adapter,
    batch,
    sequence,
    rows: withPredictions(rows, group.size),
  };
}

function withPredictions(rows: readonly MeasuredRow[], ranks: number): AllReduceRow[] {
  return (["f32", "f16"] as const).flatMap((type) => {
    const alike = rows.filter(({ allReduce }) => allReduce === type);
    const sums = alike.map(({ bytes, allReduceMilliseconds }) => ({
      bytes,
      milliseconds: allReduceMilliseconds,
    }));
    const predicted = predictedByOthers(sums, ranks);
    return alike.map((row, i) => ({ ...row, predictedMilliseconds: predicted[i] }));
  });
}

async function timeAllReduce(
  group: ProcessGroup,
  device: Device,
  model: string,
  config: ModelConfig,
  allReduce: AllReduceType,
  { steps }: AllReduceRequest,
): Promise<MeasuredRow> {
  const parameters = new Parameters(device, pretrainingSpecs(config));
  const gradients = parameters.gradients!;
  const times: number[] = [];
  for (let i = 0; i <= steps; i++) {
    await group.barrier();
    const start = performance.now();
    await allReduceBuffer({ group, allReduce }, device, gradients);
    await device.settled();
    if (i > 0) times.push(performance.now() - start); // The first one allocates memory.
  }
  parameters.free();
  return {
    model,
    parameters: countParameters(encoderSpecs(config)),
    allReduce,
    bytes: gradients.length * (allReduce === "f16" ? 2 : 4),
    allReduceMilliseconds: median(times),
  };
}

async function timeSteps(
  group: ProcessGroup,
  device: Device,
  config: ModelConfig,
  allReduce: AllReduceType,
  { batch, sequence, steps }: AllReduceRequest,
): Promise<Pick<AllReduceRow, "stepMilliseconds" | "tokensPerSecond">> {
  const maxPredictions = usualPredictions(sequence);
  const examples = await syntheticExamples(config, sequence, maxPredictions);
  const trainer = new Trainer(device, config, PRETRAINING, {
    schedule: { peakLearningRate: 1e-4, warmupSteps: 0, totalSteps: steps + 1 },
    optimizer: OPTIMIZER_DEFAULTS,
    seed: 1,
    loggingSteps: steps + 1,
  }, { ...SINGLE_PROCESS, group, allReduce });
  initialize(trainer.model.parameters, 1, config.initializerRange);
  const shape = { sequenceLength: sequence, maxPredictions, padId: config.padTokenId };
  const times: number[] = [];
  for (let step = 0; step <= steps; step++) {
    const batches = pretrainingBatches(examples, step, { batchSize: batch }, shape, group);
    await group.barrier();
    const start = performance.now();
    await trainer.trainStepTogether(batches);
    await device.settled();
    if (step > 0) times.push(performance.now() - start);
  }
  trainer.free();
  const stepMilliseconds = median(times);
  return { stepMilliseconds, tokensPerSecond: 1000 * batch * sequence / stepMilliseconds };
}

/** A measured all-reduce. */
export interface MeasuredSum {
  readonly bytes: number;
  readonly milliseconds: number;
}

/**
 * Predicts the milliseconds of each all-reduce by the model of a ring, with bandwidth and latency fitted to the others. Returns
 * null if there are fewer than two others.
 */
export function predictedByOthers(sums: readonly MeasuredSum[], ranks: number): (number | null)[] {
  return sums.map(({ bytes }, i) => {
    const others = sums.filter((_, j) => j !== i);
    if (ranks < 2 || others.length < 2) return null;
    return 1000 * ringAllReduceSeconds(bytes, fitNetwork(others, ranks));
  });
}

/**
 * Fits bandwidth and latency by least squares of the relative errors. An all-reduce over N ranks takes 2(N − 1) messages, each
 * with 1/N of the bytes.
 */
export function fitNetwork(sums: readonly MeasuredSum[], ranks: number): Network {
  const messages = 2 * (ranks - 1);
  // seconds / seconds = latency · a + (1 / bandwidth) · b, the least squares of both unknowns
  let [aa, ab, bb, ay, by] = [0, 0, 0, 0, 0];
  for (const { bytes, milliseconds } of sums) {
    const seconds = milliseconds / 1000;
    const [a, b] = [messages / seconds, messages * bytes / ranks / seconds];
    aa += a * a;
    ab += a * b;
    bb += b * b;
    ay += a;
    by += b;
  }
  const determinant = aa * bb - ab * ab;
  const latency = (ay * bb - by * ab) / determinant;
  const perByte = (by * aa - ay * ab) / determinant;
  // A line that falls or starts below zero is noise. In that case, the latency is ignored.
  if (latency > 0 && perByte > 0) return { ranks, latency, bytesPerSecond: 1 / perByte };
  return { ranks, bytesPerSecond: bb / by };
}
