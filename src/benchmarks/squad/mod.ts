/**
 * SQuAD 1.1 and 2.0: reader, windows, heads, decoding of answers, metrics and prediction files.
 *
 * @module
 */
export * from "./answer_question.ts";
export * from "./decode.ts";
export * from "./features.ts";
export * from "./heads.ts";
export * from "./metric/mod.ts";
export * from "./predictions.ts";
export * from "./reader.ts";
export * from "./task.ts";
