/**
 * Stand-in for `@std/assert` where JSR is out of reach: the assertions our tests use, with the same
 * signatures and the same meaning of equality, resting on `node:util` for printing.
 *
 * @module
 */
export * from "./compare.ts";
export { assertRejects, assertThrows } from "./errors.ts";
export * from "./values.ts";
