/**
 * Measures how the time and memory of a training step grow with the model and the batch, compared with a lower bound from
 * arithmetic and memory traffic.
 *
 * @module
 */
import { copyCeiling, measureCeilings, measureMatmul, openDevice } from "../src/device/mod.ts";
import { ALBERT_DEFAULTS, type ModelConfig } from "../src/model/mod.ts";
import { planPretrainingStep } from "../src/pretraining/mod.ts";
import { drawPlot, type Panel } from "./plot.ts";
import { stepsPerWait, StepTimer } from "./step/phases.ts";
import { TrainingStep, usualPredictions } from "./step/training_step.ts";

/** The sizes of a step. One of them varies at a time. */
export interface GrowthSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly sequence: number;
  readonly batch: number;
  readonly vocabulary: number;
}

/** The name of a size. */
export type Axis = keyof GrowthSizes;

/** The sizes that do not vary. */
const BASE: GrowthSizes = { layers: 2, hidden: 128, sequence: 64, batch: 4, vocabulary: 4096 };

/** The values of each size. */
const AXES: Readonly<Record<Axis, readonly number[]>> = {
  layers: [1, 2, 4, 8, 16, 24],
  hidden: [64, 128, 256, 512, 1024],
  sequence: [32, 64, 128, 256, 512],
  batch: [1, 2, 4, 8, 16, 32],
  vocabulary: [1024, 4096, 16_384, 65_536],
};

/** One measured step. */
export interface GrowthPoint {
  readonly value: number;
  readonly milliseconds: number;
  readonly bytes: number;
  /**
   * Lower bound of the time: the sum over kernel runs of the time of their arithmetic at the speed of a large matmul, or of
   * their memory traffic at the speed of a copy, whichever is longer.
   */
  readonly leastMilliseconds: number;
  /** Lower bound of the bytes of weights, gradients, moments and saved activations. */
  readonly leastBytes: number;
}

/** A curve, with the exponents of its growth between the last points. */
export interface GrowthCurve {
  readonly axis: Axis;
  readonly points: readonly GrowthPoint[];
  readonly timeSlope: number;
  readonly leastTimeSlope: number;
  readonly memorySlope: number;
  readonly leastMemorySlope: number;
}

/** Curves of one device. */
export interface GrowthBench {
  readonly kind: "webgpu" | "cpu";
  readonly adapter: string;
  readonly curves: readonly GrowthCurve[];
  /** Descriptions of the curves that grow faster than their lower bound. */
  readonly faster: readonly string[];
}

/** Options of {@linkcode benchGrowth}. */
export interface GrowthOptions {
  readonly device: "auto" | "webgpu" | "cpu";
  /** The curves to measure. Default: all. */
  readonly axes?: readonly Axis[];
  /** Number of sizes per curve. Default: all. */
  readonly most?: number;
  readonly onPoint?: (axis: Axis, value: number) => void;
}

/** Measured steps per point. The fastest counts, since the others contain noise. */
const STEPS = 3;
/** Number of last points that determine the exponent. The first ones are dominated by overhead. */
const LAST = 3;
/** Smallest significant difference of exponents. */
const TOLERANCE = 0.15;

/** Measures all curves. */
export async function benchGrowth(
  { device, axes = Object.keys(AXES) as Axis[], most = Infinity, onPoint }: GrowthOptions,
): Promise<GrowthBench> {
  const curves: GrowthCurve[] = [];
  const leastTime = await leastTimeOn(device);
  let description = { kind: "cpu" as "webgpu" | "cpu", adapter: "" };
  for (const axis of axes) {
    const points: GrowthPoint[] = [];
    for (const value of AXES[axis].slice(0, most)) {
      onPoint?.(axis, value);
      const { point, kind, adapter } = await measure(
        device,
        leastTime,
        { ...BASE, [axis]: value },
        value,
      );
      points.push(point);
      description = { kind, adapter };
    }
    const of = (pick: (point: GrowthPoint) => number) =>
      slope(points.slice(-LAST).map((point) => [point.value, pick(point)]));
    curves.push({
      axis,
      points,
      timeSlope: of(({ milliseconds }) => milliseconds),
      leastTimeSlope: of(({ leastMilliseconds }) => leastMilliseconds),
      memorySlope: of(({ bytes }) => bytes),
      leastMemorySlope: of(({ leastBytes }) => leastBytes),
    });
  }
  return { ...description, curves, faster: curves.flatMap(fasterThanNeeded) };
}

/** Describes the measures of a curve that grow faster than their lower bound. */
export function fasterThanNeeded(curve: GrowthCurve): string[] {
  const { axis, timeSlope, leastTimeSlope, memorySlope, leastMemorySlope } = curve;
  const describe = (measure: string, exponent: number, expected: number) =>
    exponent > expected + TOLERANCE
      ? [
        `${measure} with ${axis}: exponent ${exponent.toFixed(2)}, expected ${expected.toFixed(2)}`,
      ]
      : [];
  return [
    ...describe("time", timeSlope, leastTimeSlope),
    ...describe("memory", memorySlope, leastMemorySlope),
  ];
}

/** Lower bound of the milliseconds of some arithmetic and memory traffic. */
type LeastTime = (work: { readonly flops: number; readonly bytes: number }) => number;

/** Measures the ceilings of the device. */
async function leastTimeOn(name: GrowthOptions["device"]): Promise<LeastTime> {
  const device = await openDevice({ device: name });
  try {
    const ceilings = await measureCeilings(device);
    const { gigaflopsPerSecond } = await measureMatmul(device);
    return ({ flops, bytes }) =>
      Math.max(flops / gigaflopsPerSecond, bytes / copyCeiling(ceilings, bytes)) / 1e6;
  } finally {
    await device.destroy();
  }
}

async function measure(
  name: GrowthOptions["device"],
  leastTime: LeastTime,
  sizes: GrowthSizes,
  value: number,
) {
  const config = configOf(sizes);
  const { batch, sequence } = sizes;
  const maxPredictions = usualPredictions(sequence);
  const device = await openDevice({ device: name });
  try {
    const step = await TrainingStep.open(device, config, { batch, sequence, maxPredictions });
    using timer = new StepTimer(step);
    await timer.time(stepsPerWait(device));
    let milliseconds = Infinity;
    for (let i = 0; i < STEPS; i++) {
      milliseconds = Math.min(milliseconds, (await timer.time(stepsPerWait(device))).milliseconds);
    }
    let leastMilliseconds = 0;
    const plan = planPretrainingStep(config, batch, sequence, maxPredictions, {
      limits: device.limits,
      onRun(kernel, { uniforms, structural = {} }) {
        leastMilliseconds += leastTime(kernel.work(uniforms, structural));
      },
    });
    const point = {
      value,
      milliseconds,
      bytes: device.memory().peakBytes,
      leastMilliseconds,
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

/**
 * Bytes of weights, gradients and two moments, and per token and layer those that the backward pass reads: the inputs of seven
 * matmuls and two layer normalizations.
 */
function leastBytes({ layers, hidden, sequence, batch }: GrowthSizes, parameters: number): number {
  const perToken = 8 * hidden + 2 * 4 * hidden;
  return 16 * parameters + 4 * batch * sequence * layers * perToken;
}

/** The exponent of y as a power of x: the slope of log y over log x by least squares. */
export function slope(points: readonly (readonly [x: number, y: number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)]);
  const mean = (i: number) => logs.reduce((sum, pair) => sum + pair[i], 0) / logs.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  let products = 0, squares = 0;
  for (const [x, y] of logs) {
    products += (x - meanX) * (y - meanY);
    squares += (x - meanX) ** 2;
  }
  return products / squares;
}

const SIZE = { width: 190, height: 150 };

interface Measure {
  readonly title: string;
  pick(point: GrowthPoint): number;
  /** The lower bound. */
  least(point: GrowthPoint): number;
  slopes(curve: GrowthCurve): readonly [measured: number, expected: number];
}

const MEASURES: readonly Measure[] = [{
  title: "ms per step",
  pick: ({ milliseconds }) => milliseconds,
  least: ({ leastMilliseconds }) => leastMilliseconds,
  slopes: ({ timeSlope, leastTimeSlope }) => [timeSlope, leastTimeSlope],
}, {
  title: "peak MiB",
  pick: ({ bytes }) => bytes / 2 ** 20,
  least: ({ leastBytes }) => leastBytes / 2 ** 20,
  slopes: ({ memorySlope, leastMemorySlope }) => [memorySlope, leastMemorySlope],
}];

/** Draws a row of panels per measure: the measured curve, and dashed its lower bound, scaled to the same last point. */
export function drawGrowth({ kind, adapter, curves }: GrowthBench): string {
  return drawPlot({
    title: `Growth of a training step on ${kind}: ${adapter}; dashed: lower bound`,
    panels: MEASURES.flatMap((measure) => curves.map((curve) => panel(curve, measure))),
    columns: curves.length,
    size: SIZE,
  });
}

function panel(curve: GrowthCurve, { title, pick, least, slopes }: Measure): Panel {
  const { axis, points } = curve;
  const last = points[points.length - 1];
  const scale = pick(last) / least(last);
  const [measured, expected] = slopes(curve);
  return {
    title: `${axis}: ${measured.toFixed(2)} (${expected.toFixed(2)})`,
    x: { title: axis, log: true, ticks: points.map(({ value }) => value) },
    y: { title, log: true },
    lines: [
      {
        points: points.map((point) => [point.value, scale * least(point)] as const),
        ...{ color: "#999999", dashed: true },
      },
      {
        points: points.map((point) => [point.value, pick(point)] as const),
        ...{ color: "#1f5fa8", marked: true },
      },
    ],
  };
}
