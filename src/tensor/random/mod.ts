/**
 * Counter-based random numbers: Philox4x32-10, and sequences by purpose. No device is needed.
 *
 * @module
 */
export * from "./philox.ts";
export * from "./random_stream.ts";
