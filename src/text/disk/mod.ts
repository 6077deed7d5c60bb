/**
 * Tokenizers from files. Needs Deno.
 *
 * @module
 */
export { loadTokenizer } from "./load_tokenizer.ts";
