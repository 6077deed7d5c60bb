/**
 * Reports of runs: self-contained HTML pages. Needs Deno's file access, and Vega once something is drawn.
 *
 * @module
 */
export * from "./comparison_page.ts";
export * from "./data_page.ts";
export * from "./live.ts";
export * from "./read_run.ts";
export * from "./run_page.ts";
export * from "./run_record.ts";
export * from "./serve.ts";
