/**
 * Counter-based randomness: Philox4x32-10 and streams over it. Pure computation, no device.
 *
 * @module
 */
export * from "./philox.ts";
export * from "./random_stream.ts";
