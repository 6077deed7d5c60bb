/**
 * JSON with errors fit to be shown.
 *
 * @module
 */
import { quote, shorten } from "./quote.ts";

/**
 * Reads JSON; a byte order mark before it is passed over.
 *
 * @param text The text of a file.
 * @throws {SyntaxError} Saying in one line what is wrong, for text that is no JSON.
 *
 * @example A file cut short
 * ```ts
 * import { parseJson } from "./parse_json.ts";
 *
 * if ((parseJson("[1]") as number[])[0] !== 1) throw new Error("not read");
 * try {
 *   parseJson("[1");
 *   throw new Error("taken");
 * } catch (error) {
 *   if (!(error as Error).message.startsWith("it is not JSON")) throw error;
 * }
 * ```
 */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (cause) {
    // V8 quotes the text around the place, line breaks included.
    const why = shorten((cause as Error).message, 120);
    throw new SyntaxError(`it is not JSON (${why})`, { cause });
  }
}

/**
 * Reads a JSON object.
 *
 * @param text The text of a file.
 * @throws {SyntaxError} Saying in one line what is wrong, for text that is none.
 */
export function parseJsonObject(text: string): Record<string, unknown> {
  const value = parseJson(text);
  if (!isObject(value)) throw new SyntaxError(`it is no JSON object but ${quote(value)}`);
  return value;
}

/** Whether a value out of JSON is an object: no list, no null. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
