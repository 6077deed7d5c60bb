import { diff, inspect } from "node:util";
import { equal } from "./equal.ts";

/** Thrown by an assertion that fails. */
export class AssertionError extends Error {
  /** @param message Describes the expected and the actual value. */
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "AssertionError";
  }
}

/** Ends a message with the caller's own text or a full stop. */
export function ending(msg?: string): string {
  return msg ? `: ${msg}` : ".";
}

/** Asserts that a value is truthy. */
export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) throw new AssertionError(msg);
}

/** Asserts that a value is an instance of a class. */
export function assertInstanceOf<
  // deno-lint-ignore no-explicit-any
  T extends abstract new (...args: any[]) => any,
>(actual: unknown, expectedType: T, msg = ""): asserts actual is InstanceType<T> {
  if (actual instanceof expectedType) return;
  const found = actual === null
    ? "null"
    : typeof actual === "object"
    ? actual?.constructor?.name ?? "Object"
    : typeof actual;
  throw new AssertionError(
    `Expected object to be an instance of "${expectedType.name}" but was "${found}"${ending(msg)}`,
  );
}

/** Asserts that a string contains another one. */
export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (actual.includes(expected)) return;
  throw new AssertionError(
    `Expected actual: "${actual}" to contain: "${expected}"${ending(msg)}`,
  );
}

/** Asserts that a string matches a regular expression. */
export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) return;
  throw new AssertionError(`Expected actual: "${actual}" to match: "${expected}"${ending(msg)}`);
}

function format(value: unknown): string {
  return inspect(value, { depth: 6, sorted: true, maxArrayLength: 100, compact: false });
}

/** Asserts deep equality. The error message lists the lines that differ. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  const [left, right] = [format(actual), format(expected)];
  throw new AssertionError(`Values are not equal${ending(msg)}\n\n${difference(left, right)}\n`);
}

/** Asserts that two values are not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${ending(msg)}`,
  );
}

/** Asserts that two numbers differ by at most `tolerance` (default: 1e-7 of the expected value). */
export function assertAlmostEquals(
  actual: number,
  expected: number,
  tolerance?: number,
  msg?: string,
): void {
  if (Object.is(actual, expected)) return;
  const delta = Math.abs(expected - actual);
  const bound = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  if (delta <= bound) return;
  const f = (n: number) => Number.isInteger(n) ? n : n.toExponential();
  throw new AssertionError(
    `Expected actual: "${f(actual)}" to be close to "${f(expected)}": delta "${
      f(delta)
    }" is greater than "${f(bound)}"${ending(msg)}`,
  );
}

/** The lines of two texts, with marks on those that differ. */
function difference(actual: string, expected: string): string {
  const marks: Record<number, string> = { 0: "    ", 1: "-   ", [-1]: "+   " };
  const lines = diff(actual.split("\n"), expected.split("\n"));
  return `    [Diff] Actual (-) / Expected (+)\n\n${
    lines.map(([sign, line]) => marks[sign] + line).join("\n")
  }`;
}
