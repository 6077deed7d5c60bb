/**
 * The CPU device.
 *
 * @module
 */
export { type CpuDeviceOptions, openCpuDevice } from "./cpu_device.ts";
