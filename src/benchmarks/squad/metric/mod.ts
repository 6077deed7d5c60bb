/**
 * SQuAD's metrics: answers in, numbers out, without a model.
 *
 * @module
 */
export * from "./answer_scores.ts";
export * from "./best_threshold.ts";
export * from "./evaluate_v1.ts";
export * from "./evaluate_v2.ts";
export * from "./gold.ts";
export * from "./id_table.ts";
export * from "./normalize_answer.ts";
