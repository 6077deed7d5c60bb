/**
 * JSON with integers of any size. `JSON.parse` rounds those above 2^53, such as ids of 64 bits.
 *
 * @module
 */

/**
 * Parses JSON. An integer that a number cannot hold exactly becomes a bigint.
 *
 * @param text The JSON.
 * @throws {SyntaxError} If the text is not valid JSON.
 *
 * @example Keep an id
 * ```ts
 * import { exactJson, parseExactJson } from "./exact_json.ts";
 *
 * const record = '{"id":1234567890123456789,"n":1}';
 * if (exactJson(parseExactJson(record)) !== record) throw new Error("rounded");
 * ```
 */
export function parseExactJson(text: string): unknown {
  // Parsing with a function is slower, and seldom needed.
  return /\d{16}/.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
}

function exactInteger(_: string, value: unknown, context?: { readonly source?: string }): unknown {
  const source = context?.source;
  const isRounded = typeof value === "number" && !Number.isSafeInteger(value) &&
    source !== undefined && /^-?\d+$/.test(source);
  return isRounded ? BigInt(source) : value;
}

/** Writes JSON text into other JSON; not in TypeScript's libraries yet. */
const { rawJSON } = JSON as { rawJSON?(text: string): unknown };

/**
 * Formats a value as JSON like `JSON.stringify`, and bigints as integers.
 *
 * @param value The value.
 * @returns The JSON; undefined for a value that JSON does not have.
 */
export function exactJson(value: unknown): string | undefined {
  return JSON.stringify(
    value,
    (_, item) => typeof item === "bigint" ? rawJSON?.(`${item}`) ?? Number(item) : item,
  );
}
