/**
 * What the terminal of a command can show, and text of files on it. Control characters in a label or the name of a file could move the cursor to other lines, hide text, or type for the user.
 *
 * @module
 */

/** A standard stream. */
type Stream = Pick<typeof Deno.stderr, "isTerminal">;

/** Width of a terminal that does not report its own. */
const DEFAULT_COLUMNS = 80;

/** Returns whether a stream is a terminal that interprets escape sequences. One with `TERM=dumb`, such as a shell of Emacs, prints them as text. */
export function isScreen(stream: Stream): boolean {
  return stream.isTerminal() && terminalType() !== "dumb";
}

/** Returns whether a stream is a terminal that shows colors. */
export function showsColors(stream: Stream = Deno.stdout): boolean {
  return isScreen(stream) && !Deno.noColor;
}

/** Returns the width of the terminal; 80 if it is unknown. */
export function terminalColumns(): number {
  try {
    return Deno.consoleSize().columns || DEFAULT_COLUMNS;
  } catch {
    return DEFAULT_COLUMNS;
  }
}

function terminalType(): string | undefined {
  try {
    return Deno.env.get("TERM");
  } catch {
    return undefined; // Without permission to read it, the terminal is taken for a usual one.
  }
}

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
