/**
 * The kernels of the toolkit, by family. This folder imports nothing from the rest of the toolkit.
 *
 * @module
 */
export * from "./attention/kernel.ts";
export * from "./cross_entropy/kernel.ts";
export * from "./elementwise/kernel.ts";
export * from "./embedding/kernel.ts";
export * from "./half/kernel.ts";
export { float16View } from "./half/reference.ts";
export * from "./kernel.ts";
export * from "./layer_norm/kernel.ts";
export * from "./loss/kernel.ts";
export * from "./matmul/half.ts";
export * from "./matmul/kernel.ts";
export * from "./matmul/parts.ts";
export * from "./optimizer/kernel.ts";
export { LOSS_SCALE_STATE } from "./optimizer/reference.ts";
export * from "./pooling/kernel.ts";
export * from "./reduce/kernel.ts";
export { KERNELS, NUMERICS_VERSION } from "./registry.ts";
export {
  type ActivationName,
  ACTIVATIONS,
  parseMatmulActivation,
} from "./activation/activation.ts";
export { IGNORED } from "./cross_entropy/reference.ts";
export { DROPOUT_UNIFORMS } from "./philox/dropout_mask.ts";
export { philox4x32 } from "./philox/philox.ts";
export { canDivideRows } from "./row_variants.ts";
export { shaderOf, textureType } from "./shader.ts";
export { fillingWorkgroups, sharesHostMemory, type Vendor, vendorOf } from "./vendor.ts";
export { specialize, wgsl } from "./wgsl.ts";
export { workgroupInvocations } from "./workgroup_size.ts";
