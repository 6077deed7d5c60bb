import { stripVTControlCharacters as plain } from "node:util";
import { AssertionError, ending } from "./assertions.ts";

// deno-lint-ignore no-explicit-any
type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

/** Asserts that a function throws. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
/** Asserts that a function throws an error of a class whose message contains `msgIncludes`. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows<E extends Error>(
  fn: () => unknown,
  expected?: ErrorClass<E> | string,
  includes?: string,
  msg?: string,
): unknown {
  let found: { error: unknown } | undefined;
  try {
    fn();
  } catch (error) {
    found = { error };
  }
  return check(found, "throw", "thrown", expected, includes, msg);
}

/** Asserts that a promise is rejected. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
/** Asserts that a promise is rejected with an error of a class whose message contains `msgIncludes`. */
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects<E extends Error>(
  fn: () => PromiseLike<unknown>,
  expected?: ErrorClass<E> | string,
  includes?: string,
  msg?: string,
): Promise<unknown> {
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
    if (typeof promise?.then !== "function") throw new Error("not a promise");
  } catch {
    const own = typeof expected === "string" ? expected : msg;
    throw new AssertionError(`Function throws when expected to reject${ending(own)}`);
  }
  let found: { error: unknown } | undefined;
  try {
    await promise;
  } catch (error) {
    found = { error };
  }
  return check(found, "reject", "rejected", expected, includes, msg);
}

function assertIsError<E extends Error>(
  error: Error,
  ErrorClass: ErrorClass<E>,
  includes: string | undefined,
  msg: string | undefined,
): void {
  if (!(error instanceof ErrorClass)) {
    throw new AssertionError(
      `Expected error to be instance of "${ErrorClass.name}", but was "${error.constructor?.name}": ${error.message}${
        ending(msg)
      }`,
    );
  }
  if (includes && !plain(error.message).includes(plain(includes))) {
    throw new AssertionError(
      `Expected error message to include ${JSON.stringify(includes)}, but got ${
        JSON.stringify(error.message)
      }${ending(msg)}`,
    );
  }
}

function check<E extends Error>(
  found: { error: unknown } | undefined,
  verb: string,
  participle: string,
  expected: ErrorClass<E> | string | undefined,
  includes: string | undefined,
  msg: string | undefined,
): unknown {
  const own = typeof expected === "string" ? expected : msg;
  if (!found) throw new AssertionError(`Expected function to ${verb}${ending(own)}`);
  if (typeof expected === "function") {
    if (!(found.error instanceof Error)) {
      throw new AssertionError(`A non-Error object was ${participle}${ending(own)}`);
    }
    assertIsError(found.error, expected, includes, own);
  }
  return found.error;
}
