import { diff, inspect } from "node:util";
import { AssertionError, ending } from "./assertion_error.ts";
import { equal } from "./equal.ts";

function format(value: unknown): string {
  return inspect(value, { depth: 6, sorted: true, maxArrayLength: 100, compact: false });
}

/** Deeply equal; a failure prints the lines that differ. */
export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) return;
  const [left, right] = [format(actual), format(expected)];
  throw new AssertionError(`Values are not equal${ending(msg)}\n\n${difference(left, right)}\n`);
}

/** Not deeply equal. */
export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) return;
  throw new AssertionError(
    `Expected actual: ${format(actual)} not to be: ${format(expected)}${ending(msg)}`,
  );
}

/** Within `tolerance` of each other (left out: 1e-7 of the expected value). */
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

/** Lines that differ, marked; `node:util` finds them. */
function difference(actual: string, expected: string): string {
  const marks: Record<number, string> = { 0: "    ", 1: "-   ", [-1]: "+   " };
  const lines = diff(actual.split("\n"), expected.split("\n"));
  return `    [Diff] Actual (-) / Expected (+)\n\n${
    lines.map(([sign, line]) => marks[sign] + line).join("\n")
  }`;
}
