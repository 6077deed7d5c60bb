/**
 * What the paper measures beside accuracy: how layers move tokens, speed, memory, traffic; and what a run will cost.
 *
 * @module
 */
export * from "./communication.ts";
export * from "./cost.ts";
export * from "./layer_transitions.ts";
export * from "./throughput.ts";
