/**
 * Hugging Face's `tokenizer_config.json`: what a vocabulary file leaves open.
 *
 * @module
 */
import { parseJsonObject } from "../json/mod.ts";
import type { TokenizerOptions } from "./tokenizer_options.ts";

/**
 * Lower case and accents as the file has them; what it leaves out stays out.
 *
 * @param text The file's text.
 * @param source Its name for error messages.
 * @returns Options for making the tokenizer.
 * @throws {SyntaxError} If it is no JSON.
 */
export function parseTokenizerConfig(
  text: string,
  source: string = "tokenizer_config.json",
): TokenizerOptions {
  let config: { do_lower_case?: unknown; keep_accents?: unknown; strip_accents?: unknown };
  try {
    config = parseJsonObject(text);
  } catch (cause) {
    throw new SyntaxError(`Cannot read ${source}: ${(cause as Error).message}`, { cause });
  }
  const options: TokenizerOptions = {};
  if (typeof config.do_lower_case === "boolean") options.lowerCase = config.do_lower_case;
  if (typeof config.keep_accents === "boolean") options.stripAccents = !config.keep_accents;
  if (typeof config.strip_accents === "boolean") options.stripAccents = config.strip_accents;
  return options;
}
