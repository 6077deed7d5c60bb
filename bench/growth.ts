/**
 * How time and memory of a training step grow with the model and the batch, beside what arithmetic and traffic need.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { copyCeiling, measureCeilings, measureMatmul, openDevice } from "../src/device/mod.ts";
import { ALBERT_DEFAULTS, type ModelConfig } from "../src/model/mod.ts";
import { planStep } from "../src/train/mod.ts";
import { StepTimer } from "./step/phases.ts";
import { TrainingStep, usualPredictions } from "./step/training_step.ts";

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
  /** What each run's arithmetic would take at the speed of a large product, or its traffic at that of a copy, whichever is longer, in all. */
  readonly leastMilliseconds: number;
  /** Bytes that weights, gradients, moments and saved activations need at least. */
  readonly leastBytes: number;
}

/** A curve, and how it rises between its last points: the exponent of its growth. */
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
  /** Those that grow faster than their arithmetic and its traffic, in words. */
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
  const speeds = await speedsOf(device);
  let description = { kind: "cpu" as "webgpu" | "cpu", adapter: "" };
  for (const axis of axes) {
    const points: GrowthPoint[] = [];
    for (const value of AXES[axis].slice(0, most)) {
      onPoint?.(axis, value);
      const { point, kind, adapter } = await measure(
        device,
        speeds,
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

/** Which of a curve's two measures outgrow what they should. */
export function fasterThanNeeded(curve: GrowthCurve): string[] {
  const { axis, timeSlope, leastTimeSlope, memorySlope, leastMemorySlope } = curve;
  const words = (what: string, is: number, should: number) =>
    `${what} with ${axis}: exponent ${is.toFixed(2)} instead of ${should.toFixed(2)}`;
  return [
    ...(timeSlope > leastTimeSlope + TOLERANCE ? [words("time", timeSlope, leastTimeSlope)] : []),
    ...(memorySlope > leastMemorySlope + TOLERANCE
      ? [words("memory", memorySlope, leastMemorySlope)]
      : []),
  ];
}

/** Milliseconds that some arithmetic and some traffic need at least. */
type LeastTime = (work: { readonly flops: number; readonly bytes: number }) => number;

/** What the device reaches: a step of more words is more traffic of the optimizer before it is more arithmetic. */
async function speedsOf(name: GrowthOptions["device"]): Promise<LeastTime> {
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
    await timer.time();
    let milliseconds = Infinity;
    for (let i = 0; i < STEPS; i++) {
      milliseconds = Math.min(milliseconds, (await timer.time()).milliseconds);
    }
    let leastMilliseconds = 0;
    const plan = planStep(config, batch, sequence, maxPredictions, {
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

/** Weights, gradients and two moments; of each token and layer what its backward pass reads: inputs of seven products and two normalizations. */
function leastBytes({ layers, hidden, sequence, batch }: GrowthSizes, parameters: number): number {
  const perToken = 8 * hidden + 2 * 4 * hidden;
  return 16 * parameters + 4 * batch * sequence * layers * perToken;
}

/** The slope of log y over log x by least squares: 2 for a square, 1 for a line. */
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
  /** What it should grow like. */
  like(point: GrowthPoint): number;
  slopes(curve: GrowthCurve): readonly [is: number, should: number];
}

const MEASURES: readonly Measure[] = [{
  title: "ms a step",
  pick: ({ milliseconds }) => milliseconds,
  like: ({ leastMilliseconds }) => leastMilliseconds,
  slopes: ({ timeSlope, leastTimeSlope }) => [timeSlope, leastTimeSlope],
}, {
  title: "MiB at the peak",
  pick: ({ bytes }) => bytes / 2 ** 20,
  like: ({ leastBytes }) => leastBytes / 2 ** 20,
  slopes: ({ memorySlope, leastMemorySlope }) => [memorySlope, leastMemorySlope],
}];

/** A row of charts for each measure: measured as a line, what is needed dashed, through the same last point. */
export function growthSpec({ kind, adapter, curves }: GrowthBench): TopLevelSpec {
  return {
    background: "white",
    title: `Growth of a training step on ${kind}: ${adapter}; dashed: as what it needs at least`,
    vconcat: MEASURES.map((measure) => ({
      hconcat: curves.map((curve) => chart(curve, measure)),
    })),
  } as TopLevelSpec;
}

function chart(curve: GrowthCurve, { title, pick, like, slopes }: Measure) {
  const { axis, points } = curve;
  const last = points[points.length - 1];
  const scale = pick(last) / like(last);
  const [is, should] = slopes(curve);
  const rows = points.flatMap((point) => [
    { x: point.value, y: pick(point), curve: "measured" },
    { x: point.value, y: scale * like(point), curve: "needed" },
  ]);
  return {
    ...SIZE,
    title: { text: `${axis}: ${is.toFixed(2)} (${should.toFixed(2)})`, fontSize: 11 },
    data: { values: rows },
    mark: { type: "line", point: { size: 25 } },
    encoding: {
      x: {
        field: "x",
        type: "quantitative",
        scale: { type: "log", nice: false },
        axis: { title: axis, values: points.map(({ value }) => value), format: "~s", grid: false },
      },
      y: {
        field: "y",
        type: "quantitative",
        scale: { type: "log" },
        axis: { title, tickCount: 4 },
      },
      strokeDash: { field: "curve", type: "nominal", legend: null, sort: ["measured"] },
      color: {
        field: "curve",
        type: "nominal",
        legend: null,
        scale: { domain: ["measured", "needed"], range: ["#1f5fa8", "#999999"] },
      },
    },
  };
}
