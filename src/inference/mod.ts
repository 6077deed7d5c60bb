/**
 * Pretrained and fine-tuned models: masks, classes, answers, sentence embeddings and attention weights.
 *
 * @module
 */
import "./describe_model.ts";

export * from "./albert.ts";
export * from "./attention_weights.ts";
export * from "./embed.ts";
export * from "./load_pretrained.ts";
export type { TextScore } from "./masked_texts.ts";
export type * from "./results.ts";
