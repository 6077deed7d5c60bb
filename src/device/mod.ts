/**
 * Devices: where tensors are stored and kernels run.
 *
 * @module
 */
export * from "./cpu/cpu_device.ts";
export * from "./device.ts";
export * from "./examine.ts";
export * from "./host/reference_device.ts";
export * from "./measure/ceilings.ts";
export * from "./measure/measure.ts";
export * from "./open_device.ts";
export * from "./planning_device.ts";
export * from "./self_test/self_test.ts";
export * from "./webgpu/mod.ts";
