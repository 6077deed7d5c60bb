/**
 * Values from files, for use in messages.
 *
 * @module
 */

/** Letters of a value that a message shows. */
const LONGEST = 60;

/**
 * A value as JSON on one line, cut where it is long: whatever a file holds, a sentence about it stays one.
 *
 * @param value Anything that came out of a file; `undefined` for what is not there.
 *
 * @example What stands in a message
 * ```ts
 * import { quote } from "./quote.ts";
 *
 * if (quote("a\nb") !== '"a\\nb"') throw new Error("a line feed must not break the line");
 * if (quote(undefined) !== "nothing") throw new Error("there is no JSON of undefined");
 * if (quote("x".repeat(99)).length !== 61) throw new Error("too long");
 * ```
 */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  let text: string;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    return "a value nested too deeply"; // or one that JSON has not
  }
  return shorten(text);
}

/**
 * A name as it was given where it is a plain word, quoted and cut where it is not.
 *
 * @param name A file's name, a model's, a command's word; or what stands in its place.
 */
export function shown(name: unknown): string {
  return typeof name === "string" && /^[\x21-\x7e]{1,200}$/.test(name) ? name : quote(name);
}

/**
 * Text on one line and no longer than a message bears.
 *
 * @param text Any text.
 * @param longest Letters to keep.
 */
export function shorten(text: string, longest: number = LONGEST): string {
  // deno-lint-ignore no-control-regex
  const line = text.replace(/[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
