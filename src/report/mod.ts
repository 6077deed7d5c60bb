/**
 * Reports of runs and data as self-contained HTML pages. Requires Deno's file access.
 *
 * @module
 */
export { SLIDING_WINDOW, wilson } from "./baselines.ts";
export * from "./comparison_page.ts";
export * from "./data_page.ts";
export { CHART_SIZE } from "./axes.ts";
export {
  type Chart,
  type Curve as ChartCurve,
  curveColor,
  drawChart,
  type Reference,
  type StepAxis,
  type StepValues,
} from "./draw.ts";
export * from "./format.ts";
export * from "./html.ts";
export * from "./live_report.ts";
export { DISPLAY, type Displayed, type MimeBundle } from "../json/mod.ts";
export * from "./notebook.ts";
export * from "./page.ts";
export * from "./run_page.ts";
export * from "./run_list.ts";
export * from "./run_record.ts";
export * from "./run_summary_json.ts";
export type { Difference } from "./run_settings.ts";
export {
  MARGIN as PLATEAU_MARGIN,
  type Mood,
  type PhaseExamples,
  plateauAdvice,
  type Verdict,
  verdictOf,
} from "./run_summary.ts";
export { axesData, stepAxes } from "./step_axes.ts";
export { type Bucket, ThinnedLines, ThinnedSeries } from "./thinning.ts";
