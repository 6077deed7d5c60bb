/**
 * The paper's tables and figures as experiments, presets for their sizes, and the types of their results.
 *
 * @module
 */
export * from "./experiment.ts";
export * from "./experiments/mod.ts";
export * from "./presets/mod.ts";
export { figureSvg } from "./report/figures.ts";
export * from "./result.ts";
