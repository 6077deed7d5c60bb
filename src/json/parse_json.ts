/**
 * JSON parsing with one-line errors.
 *
 * @module
 */
import { quote, shorten } from "./quote.ts";

/** Maximum nesting. Real files have less than a tenth of it, and a few thousand levels overflow the stack when the value is serialized. */
const MAX_DEPTH = 200;

/**
 * Parses JSON. A byte order mark at the start is ignored.
 *
 * @param text The text of a file.
 * @throws {SyntaxError} If the text is not valid JSON, or is nested too deeply; the message is one line.
 *
 * @example A truncated file
 * ```ts
 * import { parseJson } from "./parse_json.ts";
 *
 * if ((parseJson("[1]") as number[])[0] !== 1) throw new Error("not equal");
 * try {
 *   parseJson("[1");
 *   throw new Error("not rejected");
 * } catch (error) {
 *   if (!(error as Error).message.startsWith("it is not valid JSON")) throw error;
 * }
 * ```
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text.startsWith("\ufeff") ? text.slice(1) : text);
  } catch (cause) {
    // V8 quotes the text around the error, with its line breaks.
    const why = shorten((cause as Error).message, 120);
    throw new SyntaxError(`it is not valid JSON (${why})`, { cause });
  }
  checkDepth(value);
  return value;
}

/** Rejects a JSON value that is nested too deeply. @throws {SyntaxError} */
export function checkDepth(value: unknown): void {
  if (!isDeeperThan(value, MAX_DEPTH)) return;
  throw new SyntaxError(`its JSON is nested more than ${MAX_DEPTH} levels deep`);
}

/** Whether a value is nested more deeply than `levels`. */
function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  const inner = Array.isArray(value) ? value : Object.values(value);
  return inner.some((item) => isDeeperThan(item, levels - 1));
}

/**
 * Parses a JSON object.
 *
 * @param text The text of a file.
 * @throws {SyntaxError} If the text is not a JSON object; the message is one line.
 */
export function parseJsonObject(text: string): Record<string, unknown> {
  const value = parseJson(text);
  if (!isObject(value)) throw new SyntaxError(`it must be a JSON object, got ${quote(value)}`);
  return value;
}

/** The first character of a token: of a string, of a number, or punctuation around keys. */
const TOKEN = /["{}[\]:\d-]/g;
const AFTER_NUMBER = /[^\d.eE+-]/g;

/** The place after a string of valid JSON. An expression for whole strings would overflow its stack with long ones. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1);; end = text.indexOf('"', end + 1)) {
    let first = end;
    while (text[first - 1] === "\\") first--;
    if ((end - first) % 2 === 0) return end + 1;
  }
}

/**
 * Returns the first key that an object of valid JSON has twice, of which `JSON.parse` keeps the last, or undefined.
 *
 * @param text Valid JSON.
 * @param onNumber Receives each number as it is written, and the last key of every open object and list; that of a list is empty.
 *
 * @example Find a setting that is given twice
 * ```ts
 * import { repeatedKey } from "./parse_json.ts";
 *
 * if (repeatedKey('{"steps":1,"seed":2,"steps":3}') !== "steps") throw new Error("not found");
 * ```
 */
export function repeatedKey(
  text: string,
  onNumber?: (written: string, keys: readonly string[]) => void,
): string | undefined {
  /** The keys of each open object; null for a list. */
  const open: (Set<string> | null)[] = [];
  const last: string[] = [];
  let stringStart = 0, end = 0;
  for (;;) {
    TOKEN.lastIndex = end;
    const start = TOKEN.exec(text)?.index;
    if (start === undefined) return undefined;
    end = start + 1;
    const token = text[start];
    if (token === '"') {
      stringStart = start;
      end = endOfString(text, start);
    } else if (token === "{" || token === "[") {
      open.push(token === "{" ? new Set() : null);
      last.push("");
    } else if (token === "}" || token === "]") {
      open.pop();
      last.pop();
    } else if (token === ":") {
      const key = JSON.parse(text.slice(stringStart, start)) as string;
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
      last[last.length - 1] = key;
    } else {
      AFTER_NUMBER.lastIndex = end;
      end = AFTER_NUMBER.exec(text)?.index ?? text.length;
      onNumber?.(text.slice(start, end), last);
    }
  }
}

/** Whether a JSON value is an object, and not null or an array. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a JSON value is an integer from 0 to 2^53 − 1. */
export function isNatural(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/**
 * Rejects the small text that Git LFS leaves in place of a large file where it is not installed.
 *
 * @param bytes The content of a file.
 * @throws {SyntaxError} If it is such a text; the message is one line.
 */
export function checkNotPointer(bytes: Uint8Array): void {
  const start = new TextDecoder().decode(bytes.subarray(0, POINTER.length));
  if (start !== POINTER) return;
  throw new SyntaxError(
    "it is a Git LFS pointer, not the file itself; run `git lfs pull` in its repository",
  );
}

const POINTER = "version https://git-lfs.github.com/spec/";
