/**
 * Devices: where tensors live and kernels run.
 *
 * @module
 */
export * from "./cpu/cpu_device.ts";
export * from "./device.ts";
export * from "./examine.ts";
export * from "./measure/mod.ts";
export * from "./open_device.ts";
export * from "./planning/mod.ts";
export * from "./reference/mod.ts";
export * from "./self_test/mod.ts";
export * from "./webgpu/mod.ts";
