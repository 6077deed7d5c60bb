/**
 * Tensors, automatic differentiation, and the operations of the model. Random numbers are in `random/`.
 *
 * @module
 */
export * from "./half_precision.ts";
export * from "./ops/attention.ts";
export * from "./ops/attention_pooling.ts";
export * from "./ops/dense.ts";
export * from "./ops/elementwise.ts";
export * from "./ops/embedding.ts";
export * from "./ops/feed_forward.ts";
export * from "./ops/layer_norm.ts";
export * from "./ops/loss.ts";
export * from "./ops/matmul.ts";
export * from "./ops/projections.ts";
export * from "./ops/shape.ts";
export * from "./ops/vocabulary.ts";
export * from "./recomputed.ts";
export * from "./scatter_plan.ts";
export * from "./scope.ts";
export * from "./tape.ts";
export * from "./tensor.ts";
