/**
 * Measurements other than accuracy: layer transitions, throughput, memory, communication, and the cost of runs.
 *
 * @module
 */
export * from "./communication.ts";
export * from "./cost.ts";
export * from "./layer_transitions.ts";
export * from "./throughput.ts";
