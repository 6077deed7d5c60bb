/**
 * Text of files on a terminal. Control characters in a label or the name of a file could move the cursor to other lines, hide text, or type for the user.
 *
 * @module
 */

/** Control characters except line feeds and tabs, and colors. */
// deno-lint-ignore no-control-regex
const CONTROL = /\x1b\[[\d;]*m|[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

/** Returns a text with control characters written as `\x1b`. Line feeds, tabs and colors stay. */
export function printable(text: string): string {
  return text.replaceAll("\r\n", "\n").replaceAll(CONTROL, (found) => {
    if (found.length > 1) return found;
    return `\\x${found.charCodeAt(0).toString(16).padStart(2, "0")}`;
  });
}

/** What prints the results of commands. */
export interface Printer {
  /** Prints on standard output. */
  log(...values: unknown[]): void;
  /** Prints on standard error. */
  error(...values: unknown[]): void;
}

/**
 * Makes a console print texts as {@linkcode printable} returns them where it prints on a terminal. Pipes and files get the bytes of the texts.
 *
 * @param target the console of the program
 * @param isTerminal whether standard output and standard error are terminals
 */
export function guardTerminal(
  target: Printer = console,
  isTerminal: Readonly<Record<keyof Printer, boolean>> = {
    log: Deno.stdout.isTerminal(),
    error: Deno.stderr.isTerminal(),
  },
): void {
  for (const name of ["log", "error"] as const) {
    if (!isTerminal[name]) continue;
    const print = target[name].bind(target);
    target[name] = (...values) =>
      print(...values.map((value) => typeof value === "string" ? printable(value) : value));
  }
}
