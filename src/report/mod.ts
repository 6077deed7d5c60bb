/**
 * Reports of runs: self-contained HTML pages. Needs Deno's file access, and Vega once something is drawn.
 *
 * @module
 */
export { type Chart, type Curve as ChartCurve, CURVE_COLORS } from "./chart_specs.ts";
export * from "./comparison_page.ts";
export * from "./data_page.ts";
export { drawChart } from "./draw.ts";
export * from "./figures.ts";
export * from "./html.ts";
export * from "./live.ts";
export * from "./page.ts";
export * from "./read_run.ts";
export * from "./run_page.ts";
export * from "./run_record.ts";
export * from "./serve.ts";
export { standAlone } from "./style.ts";
