/**
 * Reports of runs and data as self-contained HTML pages. Requires Deno's file access.
 *
 * @module
 */
export * from "./comparison_page.ts";
export * from "./data_page.ts";
export { type Chart, CHART_SIZE, type Curve as ChartCurve, curveColor, drawChart } from "./draw.ts";
export * from "./format.ts";
export * from "./html.ts";
export * from "./live_report.ts";
export * from "./page.ts";
export * from "./run_page.ts";
export * from "./run_record.ts";
export { type Bucket, ThinnedLines, ThinnedSeries } from "./thinning.ts";
