/**
 * The paper's tables and figures as experiments: what each varies and asks, and what was measured.
 *
 * @module
 */
export * from "./experiment.ts";
export * from "./experiments/benchmarks.ts";
export * from "./experiments/mod.ts";
export * from "./presets/mod.ts";
export * from "./result.ts";
