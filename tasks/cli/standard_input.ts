/**
 * Texts on standard input.
 *
 * @module
 */
import { linesOf as decodeLines } from "../../src/data/mod.ts";
import { UsageError } from "./errors.ts";

/** Returns the text of standard input. White space at its start counts in the positions of answers. */
export async function standardInput(): Promise<string> {
  const bytes = await new Response(Deno.stdin.readable).bytes();
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes).trimEnd();
  } catch (cause) {
    const message = "Cannot read standard input: it is not valid UTF-8; convert it to UTF-8";
    throw new SyntaxError(message, { cause });
  }
  if (text !== "") return text;
  throw new UsageError("Standard input is empty; expected the text that the question is about");
}

/** Returns the given text, or the lines of standard input; null for blank lines, which have no prediction. */
export async function linesOf(given: string | undefined): Promise<(string | null)[]> {
  if (given !== undefined) return [given];
  const lines = await Array.fromAsync(decodeLines(Deno.stdin.readable, "standard input"));
  return lines.flat().map((line) => line.trim() === "" ? null : line);
}

/** Prints the empty result of a blank line with `--json`, so that line N of the output is about line N of the input. */
export function printBlank({ json }: { readonly json?: boolean }, result: object): void {
  if (json) console.log(JSON.stringify(result));
}
