/**
 * How time and memory of a training step grow with the model and the batch, beside the arithmetic's own growth.
 *
 * @module
 */
import { openDevice } from "../../src/device/mod.ts";
import { ALBERT_DEFAULTS, type ModelConfig } from "../../src/model/mod.ts";
import { planStep } from "../../src/train/mod.ts";
import { countSubmits, timeStep } from "../step/phases.ts";
import { TrainingStep, usualPredictions } from "../step/training_step.ts";
import { slope } from "./slope.ts";

/** The sizes that vary, one at a time. */
export interface GrowthSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly sequence: number;
  readonly batch: number;
  readonly vocabulary: number;
}

/** One size's name. */
export type Axis = keyof GrowthSizes;

/** Where every curve starts. */
const BASE: GrowthSizes = { layers: 2, hidden: 128, sequence: 64, batch: 4, vocabulary: 4096 };

/** What each size is set to. */
export const AXES: Readonly<Record<Axis, readonly number[]>> = {
  layers: [1, 2, 4, 8, 16, 24],
  hidden: [64, 128, 256, 512, 1024],
  sequence: [32, 64, 128, 256, 512],
  batch: [1, 2, 4, 8, 16, 32],
  vocabulary: [1024, 4096, 16_384, 65_536],
};

/** One step. */
export interface GrowthPoint {
  readonly value: number;
  readonly milliseconds: number;
  readonly bytes: number;
  /** Floating-point operations of the step. */
  readonly flops: number;
  /** Bytes that weights, gradients, moments and saved activations need at least. */
  readonly leastBytes: number;
}

/** A curve, and how it rises between its last points: the exponent of its growth. */
export interface GrowthCurve {
  readonly axis: Axis;
  readonly points: readonly GrowthPoint[];
  readonly timeSlope: number;
  readonly flopsSlope: number;
  readonly memorySlope: number;
  readonly leastSlope: number;
}

/** Curves of one device. */
export interface GrowthBench {
  readonly kind: "webgpu" | "cpu";
  readonly adapter: string;
  readonly curves: readonly GrowthCurve[];
  /** Those that grow faster than their arithmetic, in words. */
  readonly faster: readonly string[];
}

/** Options of {@linkcode benchGrowth}. */
export interface GrowthOptions {
  readonly device: "auto" | "webgpu" | "cpu";
  /** Only these curves. */
  readonly axes?: readonly Axis[];
  /** No larger sizes than this many of each curve. */
  readonly most?: number;
  readonly onPoint?: (axis: Axis, value: number) => void;
}

/** Steps that are timed; the fastest counts, since the rest is noise. */
const STEPS = 3;
/** Slopes are compared over so many last points: the first are mostly overhead. */
const LAST = 3;
/** Slopes that differ by less say nothing. */
const TOLERANCE = 0.15;

/** Measures every curve. */
export async function benchGrowth(
  { device, axes = Object.keys(AXES) as Axis[], most = Infinity, onPoint }: GrowthOptions,
): Promise<GrowthBench> {
  const curves: GrowthCurve[] = [];
  let description = { kind: "cpu" as "webgpu" | "cpu", adapter: "" };
  for (const axis of axes) {
    const points: GrowthPoint[] = [];
    for (const value of AXES[axis].slice(0, most)) {
      onPoint?.(axis, value);
      const { point, kind, adapter } = await measure(device, { ...BASE, [axis]: value }, value);
      points.push(point);
      description = { kind, adapter };
    }
    const of = (pick: (point: GrowthPoint) => number) =>
      slope(points.slice(-LAST).map((point) => [point.value, pick(point)]));
    curves.push({
      axis,
      points,
      timeSlope: of(({ milliseconds }) => milliseconds),
      flopsSlope: of(({ flops }) => flops),
      memorySlope: of(({ bytes }) => bytes),
      leastSlope: of(({ leastBytes }) => leastBytes),
    });
  }
  return { ...description, curves, faster: curves.flatMap(fasterThanArithmetic) };
}

/** Which of a curve's two measures outgrow what they should. */
export function fasterThanArithmetic(curve: GrowthCurve): string[] {
  const { axis, timeSlope, flopsSlope, memorySlope, leastSlope } = curve;
  const words = (what: string, is: number, should: number) =>
    `${what} with ${axis}: exponent ${is.toFixed(2)} instead of ${should.toFixed(2)}`;
  return [
    ...(timeSlope > flopsSlope + TOLERANCE ? [words("time", timeSlope, flopsSlope)] : []),
    ...(memorySlope > leastSlope + TOLERANCE ? [words("memory", memorySlope, leastSlope)] : []),
  ];
}

async function measure(name: GrowthOptions["device"], sizes: GrowthSizes, value: number) {
  const config = configOf(sizes);
  const { batch, sequence } = sizes;
  const maxPredictions = usualPredictions(sequence);
  const device = await openDevice({ device: name });
  try {
    const step = await TrainingStep.open(device, config, { batch, sequence, maxPredictions });
    const submitted = countSubmits(device);
    await timeStep(step, submitted);
    let milliseconds = Infinity;
    for (let i = 0; i < STEPS; i++) {
      milliseconds = Math.min(milliseconds, (await timeStep(step, submitted)).milliseconds);
    }
    const plan = planStep(config, batch, sequence, maxPredictions, { limits: device.limits });
    const point = {
      value,
      milliseconds,
      bytes: device.memory().peakBytes,
      flops: plan.flops,
      leastBytes: leastBytes(sizes, plan.pretrainingParameters),
    };
    return { point, ...device.description };
  } finally {
    await device.destroy();
  }
}

function configOf({ layers, hidden, vocabulary }: GrowthSizes): ModelConfig {
  return {
    ...ALBERT_DEFAULTS,
    vocabSize: vocabulary,
    hiddenSize: hidden,
    numHiddenLayers: layers,
    numAttentionHeads: Math.max(hidden / 64, 1),
    intermediateSize: 4 * hidden,
  };
}

/** Weights, gradients and two moments; of each token and layer what its backward pass reads: inputs of seven products and two normalisations. */
function leastBytes({ layers, hidden, sequence, batch }: GrowthSizes, parameters: number): number {
  const perToken = 8 * hidden + 2 * 4 * hidden;
  return 16 * parameters + 4 * batch * sequence * layers * perToken;
}
