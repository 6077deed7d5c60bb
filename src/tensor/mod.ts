/**
 * Tensors, differentiation, counter-based randomness and the operations of the model.
 *
 * @module
 */
export * from "./tensor.ts";
export * from "./scope.ts";
export * from "./tape.ts";
export * from "./half_precision.ts";
export * from "./recomputed.ts";
export * from "./scatter_plan.ts";
export * from "./ops/activation.ts";
export * from "./ops/attention.ts";
export * from "./ops/binary_cross_entropy.ts";
export * from "./ops/column_sum.ts";
export * from "./ops/dense.ts";
export * from "./ops/dropout.ts";
export * from "./ops/embedding.ts";
export * from "./ops/feed_forward.ts";
export * from "./ops/key_lengths.ts";
export * from "./ops/layer_norm.ts";
export * from "./ops/linear.ts";
export * from "./ops/loss.ts";
export * from "./ops/mask_logits.ts";
export * from "./ops/matrix_product.ts";
export * from "./ops/operand.ts";
export * from "./ops/reshape.ts";
export * from "./ops/rows.ts";
export * from "./ops/ranges.ts";
export * from "./ops/transpose.ts";
export * from "./ops/vocabulary.ts";
export * from "./ops/weighted_mean.ts";
