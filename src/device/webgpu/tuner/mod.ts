/**
 * Measuring which variants of kernels are fastest on an adapter.
 *
 * @module
 */
export * from "./candidates.ts";
export * from "./measure_candidates.ts";
export * from "./tuner.ts";
