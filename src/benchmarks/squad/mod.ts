/**
 * SQuAD 1.1 and 2.0: reader, windows, heads, answers, metrics.
 *
 * @module
 */
export * from "./answer_question.ts";
export * from "./decode.ts";
export * from "./ensemble.ts";
export * from "./features.ts";
export * from "./head.ts";
export * from "./linear_head.ts";
export * from "./metric/mod.ts";
export * from "./paper_head.ts";
export * from "./predictions.ts";
export * from "./reader.ts";
export * from "./recipes.ts";
export * from "./spans.ts";
export * from "./task.ts";
