/**
 * Checks options that a caller passed, because JavaScript has no types at run time.
 *
 * @module
 */
import { quote } from "./quote.ts";

/**
 * Checks the names of options.
 *
 * @param place the function in messages, such as `embed()`
 * @param options the options
 * @param known valid names
 * @throws {TypeError} if the options are not an object, or a name is unknown; the message lists the valid ones
 */
export function checkOptions(place: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new TypeError(`The options of ${place} must be an object, got ${quote(options)}`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new TypeError(
    `${place} has no option ${quote(unknown)}; its options are ${known.join(", ")}`,
  );
}

/**
 * Checks an option that has a few valid values.
 *
 * @throws {RangeError} if the value is not one of them; the message lists them
 */
export function checkOneOf(name: string, value: unknown, valid: readonly unknown[]): void {
  if (valid.includes(value)) return;
  const values = valid.map((one) => quote(one));
  throw new RangeError(`${name} must be ${values.join(" or ")}, got ${quote(value)}`);
}

/**
 * Checks an option that is a count.
 *
 * @throws {RangeError} if the value is not a positive integer
 */
export function checkCount(name: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return;
  throw new RangeError(`${name} must be a positive integer, got ${quote(value)}`);
}
