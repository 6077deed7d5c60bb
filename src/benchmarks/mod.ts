/**
 * The benchmarks: GLUE, SQuAD and RACE. Files as text in, tasks for the finetuning loop, official metrics and prediction files out.
 *
 * @module
 */
export * from "./glue/mod.ts";
export * from "./race/mod.ts";
export * from "./squad/mod.ts";
