/**
 * JSON with errors fit to be shown.
 *
 * @module
 */
import { quote, shorten } from "./quote.ts";

/** No file of ours or of the field's has a tenth of these levels; a few thousand end the stack of whoever writes the value again. */
const DEEPEST = 200;

/**
 * Reads JSON; a byte order mark before it is passed over.
 *
 * @param text The text of a file.
 * @throws {SyntaxError} Saying in one line what is wrong, for text that is no JSON or nested beyond reason.
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
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (cause) {
    // V8 quotes the text around the place, line breaks included.
    const why = shorten((cause as Error).message, 120);
    throw new SyntaxError(`it is not JSON (${why})`, { cause });
  }
  if (isDeeperThan(value, DEEPEST)) {
    throw new SyntaxError(
      `it is not JSON that can be used: it is nested over ${DEEPEST} levels deep`,
    );
  }
  return value;
}

/** Whether something lies more levels down; whoever walks the value afterwards has a stack that ends. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  const inner = Array.isArray(value) ? value : Object.values(value);
  return inner.some((item) => isDeeperThan(item, levels - 1));
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
