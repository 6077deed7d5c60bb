/**
 * JSON files that carry a checksum of themselves, so that one that was cut short or changed is never taken for what was written.
 *
 * @module
 */
import { isObject, parseJson } from "../json/mod.ts";
import { sha256Hex } from "./checksum.ts";

const FIELD = "checksum";

/**
 * An object as JSON text whose last field, `checksum`, is the SHA-256 of the others.
 *
 * @param value An object without a field `checksum`.
 * @returns The text of a file.
 *
 * @example A file that notices a change
 * ```ts
 * import { parseSealed, sealedJson } from "./sealed_json.ts";
 *
 * const text = sealedJson({ step: 3 });
 * if (parseSealed(text).step !== 3) throw new Error("not read");
 * try {
 *   parseSealed(text.replace("3", "7"));
 *   throw new Error("change not noticed");
 * } catch (error) {
 *   if (!(error instanceof SyntaxError)) throw error;
 * }
 * ```
 */
export function sealedJson(value: object): string {
  return `${JSON.stringify({ ...value, [FIELD]: sumOf(value) }, null, 2)}\n`;
}

/**
 * Reads what was sealed. Spaces and line ends may have changed.
 *
 * @param text The text of a file.
 * @returns The object without its checksum.
 * @throws {SyntaxError} Saying what is wrong, for text that is not what was sealed.
 */
export function parseSealed(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new SyntaxError("it is no JSON");
  }
  if (!isObject(value)) throw new SyntaxError("it is no JSON object");
  const { [FIELD]: sum, ...rest } = value;
  if (sum === undefined) throw new SyntaxError("it has no checksum");
  if (sum !== contentSum(rest)) throw new SyntaxError("its checksum is not that of its content");
  return rest;
}

function contentSum(value: object): string {
  try {
    return sumOf(value);
  } catch {
    throw new SyntaxError("it is nested too deeply");
  }
}

function sumOf(value: object): string {
  return sha256Hex(JSON.stringify(value));
}
