/**
 * The paper's tables and figures as experiments: what each varies and asks, and what was measured.
 *
 * @module
 */
export * from "./experiment.ts";
export * from "./result.ts";
