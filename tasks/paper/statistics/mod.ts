/**
 * Means, spreads and intervals over runs that differ in the seed.
 *
 * @module
 */
export * from "./estimate.ts";
export * from "./student_t.ts";
