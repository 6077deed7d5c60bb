/**
 * Export of models to ONNX, for onnxruntime and transformers.js.
 *
 * @module
 */
export { encodeOnnx, onnxClass, type OnnxSource, onnxSpecs } from "./model.ts";
export { ONNX_PRECISIONS, ONNX_TASKS, type OnnxPrecision, type OnnxTask } from "./names.ts";
export type { EncodedModel } from "./proto.ts";
