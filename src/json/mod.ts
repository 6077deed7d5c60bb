/**
 * JSON from untrusted files: parsing with one-line errors, values formatted for messages, joined bytes, and contents of notebook cells. Runs anywhere and imports nothing.
 *
 * @module
 */
export * from "./check_options.ts";
export * from "./exact_json.ts";
export * from "./parse_json.ts";
export * from "./quote.ts";

/** Joins bytes. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** The method by which `deno jupyter` displays an object. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** Contents by MIME type; a notebook shows the richest that it supports. */
export type MimeBundle = Readonly<Record<string, string>>;

/** A value that a notebook displays. */
export interface Displayed {
  /** Returns the contents. */
  [DISPLAY](): MimeBundle;
}
