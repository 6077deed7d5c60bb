/**
 * Names of what can be exported, without the code that does it.
 *
 * @module
 */

/** What an exported model computes. The names are those of Optimum and transformers.js, where they have one. */
export const ONNX_TASKS = [
  "feature-extraction",
  "fill-mask",
  "pretraining",
  "next-sentence-prediction",
  "text-classification",
  "multiple-choice",
  "token-classification",
  "question-answering",
  "squad-v2",
] as const;

/** One of {@linkcode ONNX_TASKS}. */
export type OnnxTask = typeof ONNX_TASKS[number];

/** Precision of a file: float32, half precision, or 8-bit weights with matmuls whose activations are quantized when the model runs. */
export const ONNX_PRECISIONS = ["f32", "f16", "int8"] as const;

/** One of {@linkcode ONNX_PRECISIONS}. */
export type OnnxPrecision = typeof ONNX_PRECISIONS[number];
