/**
 * GLUE, SQuAD, RACE, token classification and your own texts: readers, fine-tuning tasks, official metrics and prediction files.
 *
 * @module
 */
export * from "./bag_of_words.ts";
export * from "./glue/mod.ts";
export * from "./race/mod.ts";
export * from "./records.ts";
export * from "./squad/mod.ts";
export * from "./tokens/mod.ts";
