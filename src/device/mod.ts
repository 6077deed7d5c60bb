/**
 * Devices: where tensors live and kernels run.
 *
 * @module
 */
export * from "./device.ts";
export * from "./reference/mod.ts";
