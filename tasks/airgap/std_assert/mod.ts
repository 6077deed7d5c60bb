/**
 * Stand-in for `@std/assert` where JSR is out of reach: the assertions our tests use, with the same
 * signatures and the same meaning of equality, resting on `node:util` for printing.
 *
 * @module
 */
export { AssertionError } from "./assertion_error.ts";
export { equal } from "./equal.ts";
export * from "./compare.ts";
export * from "./errors.ts";
export * from "./values.ts";
