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

/** Returns the given text, or the non-empty lines of standard input. */
export async function linesOf(given: string | undefined): Promise<string[]> {
  if (given !== undefined) return [given];
  const lines = await Array.fromAsync(decodeLines(Deno.stdin.readable, "standard input"));
  return lines.flat().filter((line) => line.trim() !== "");
}
