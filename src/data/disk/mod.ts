/**
 * Prepared data on a disk: making it, and opening it. Needs Deno.
 *
 * @module
 */
export { expandInputs, openInput, STANDARD_INPUT } from "./inputs.ts";
export * from "./open_shards.ts";
export { prepare, type Prepared, type PrepareOptions, type SavableTokenizer } from "./prepare.ts";
export type { PrepareProgress } from "./tokenize_inputs.ts";
