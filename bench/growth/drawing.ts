/**
 * Growth curves as one drawing.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { GrowthBench, GrowthCurve, GrowthPoint } from "./growth.ts";

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
