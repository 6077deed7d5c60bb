/**
 * The benchmarks GLUE, SQuAD and RACE: readers, fine-tuning tasks, official metrics and prediction files.
 *
 * @module
 */
export * from "./glue/mod.ts";
export * from "./race/mod.ts";
export * from "./squad/mod.ts";
