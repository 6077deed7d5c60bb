/**
 * How fast a device is.
 *
 * @module
 */
export * from "./ceilings.ts";
export * from "./measure.ts";
