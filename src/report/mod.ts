/**
 * Reports of runs and data as self-contained HTML pages. Requires Deno's file access; drawing loads Vega.
 *
 * @module
 */
export { type Chart, type Curve as ChartCurve, CURVE_COLORS } from "./chart_specs.ts";
export * from "./comparison_page.ts";
export * from "./data_page.ts";
export { drawChart } from "./draw.ts";
export * from "./format.ts";
export * from "./html.ts";
export * from "./live_report.ts";
export * from "./page.ts";
export * from "./run_page.ts";
export * from "./run_record.ts";
