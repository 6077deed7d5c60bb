/**
 * Values formatted for messages: those of untrusted files, counts, fractions, and numbers of bytes.
 *
 * @module
 */
import { exactJson } from "./exact_json.ts";

/** Maximum length of a value in a message, in UTF-16 units. */
const MAX_LENGTH = 60;

/**
 * Formats a value as JSON on one line, shortened to at most 60 characters.
 *
 * @param value A value from a file; `undefined` for a missing one.
 *
 * @example Quote values
 * ```ts
 * import { quote } from "./quote.ts";
 *
 * if (quote("a\nb") !== '"a\\nb"') throw new Error("line break");
 * if (quote(undefined) !== "nothing") throw new Error("undefined");
 * if (quote("x".repeat(99)).length !== 61) throw new Error("too long");
 * ```
 */
export function quote(value: unknown): string {
  if (value === undefined) return "nothing";
  let text: string;
  try {
    text = typeof value === "number" ? `${value}` : exactJson(value) ?? String(value);
  } catch {
    return "a value nested too deeply"; // or one that JSON cannot express
  }
  return shorten(text);
}

/**
 * Formats a name: unchanged if it consists of printable ASCII characters without spaces, else quoted and shortened.
 *
 * @param name The name of a file or a model, or a word of a command line.
 */
export function shown(name: unknown): string {
  return typeof name === "string" && /^[\x21-\x7e]{1,200}$/.test(name) ? name : quote(name);
}

/**
 * Shortens a text for a message, and replaces line breaks and control characters by spaces.
 *
 * @param text Any text.
 * @param maxLength Maximum length in UTF-16 units; a longer text ends with `…`.
 */
export function shorten(text: string, maxLength: number = MAX_LENGTH): string {
  // deno-lint-ignore no-control-regex
  const line = text.replace(/[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+/g, " ").trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}

/**
 * Formats a field of CSV (RFC 4180) or TSV: quoted if it contains a separator, a quote or a line break.
 *
 * @param separator Character between the fields of a line.
 */
export function tableField(text: string, separator: "," | "\t" = ","): string {
  const isPlain = !/["\r\n]/.test(text) && !text.includes(separator);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

/**
 * Formats a count with thousands separators: `1,234`; with a noun, `1 row` or `1,234 rows`.
 *
 * @param count a number; it is rounded to an integer
 * @param noun the singular of a noun whose plural ends with `s`
 */
export function formatCount(count: number, noun?: string): string {
  const digits = Math.round(count).toLocaleString("en");
  return noun === undefined ? digits : `${digits} ${noun}${digits === "1" ? "" : "s"}`;
}

/** Formats a fraction as a percentage: `61.9%`. */
export function formatPercent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

/** Formats a number of bytes with three digits and a decimal unit: `812 B`, `12.2 MB`, `2.05 GB`. */
export function formatBytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const rounded = count < 1000 ? Math.round(count) : Number(count.toPrecision(3));
  const power = units.findLastIndex((_, i) => rounded >= 1000 ** i || i === 0);
  const value = rounded / 1000 ** power;
  const digits = power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[power]}`;
}

/** The flag of a setting: `--learning-rate` of `learningRate`. */
export function flagName(setting: string): string {
  return `--${setting.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
