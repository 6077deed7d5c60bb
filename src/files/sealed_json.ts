/**
 * JSON files that contain their checksum, so truncated and changed files are detected.
 *
 * @module
 */
import { isObject, parseJson } from "../json/mod.ts";
import { sha256Hex } from "./checksum.ts";

const FIELD = "checksum";

/**
 * Serializes an object as JSON whose last field, `checksum`, is the SHA-256 checksum of the others.
 *
 * @param value An object without a field `checksum`.
 * @returns The text of a file.
 *
 * @example Detect a changed file
 * ```ts
 * import { parseSealed, sealedJson } from "./sealed_json.ts";
 *
 * const text = sealedJson({ step: 3 });
 * if (parseSealed(text).step !== 3) throw new Error("not equal");
 * try {
 *   parseSealed(text.replace("3", "7"));
 *   throw new Error("change not detected");
 * } catch (error) {
 *   if (!(error instanceof SyntaxError)) throw error;
 * }
 * ```
 */
export function sealedJson(value: object): string {
  return `${JSON.stringify({ ...value, [FIELD]: sumOf(value) }, null, 2)}\n`;
}

/**
 * Parses the text of {@linkcode sealedJson} and checks its checksum. White space and line ends may differ.
 *
 * @param text The text of a file.
 * @returns The object without its checksum.
 * @throws {SyntaxError} If the text is not a JSON object, or its checksum is missing or wrong.
 */
export function parseSealed(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parseJson(text);
  } catch {
    throw new SyntaxError("it is not valid JSON");
  }
  if (!isObject(value)) throw new SyntaxError("it is not a JSON object");
  const { [FIELD]: sum, ...rest } = value;
  if (sum === undefined) throw new SyntaxError("it has no checksum");
  if (sum !== contentSum(rest)) throw new SyntaxError("its checksum does not match its content");
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
