/**
 * A stand-in for `@std/assert` for machines that cannot reach JSR: the assertions that our tests use, with the same
 * signatures and the same definition of equality.
 *
 * @module
 */
export {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "./assertions.ts";
export { assertRejects, assertThrows } from "./errors.ts";
