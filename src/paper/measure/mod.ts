/**
 * What the paper measures beside accuracy: how layers move tokens, speed, memory, traffic; and what a run will cost.
 *
 * @module
 */
export * from "./layer_transitions.ts";
