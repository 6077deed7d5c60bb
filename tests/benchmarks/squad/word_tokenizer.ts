import { Tokenizer } from "../../../src/text/mod.ts";

/** Returns a WordPiece tokenizer with the given words and pieces (`##…`). */
export function wordTokenizer(words: readonly string[]): Tokenizer {
  const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
  return Tokenizer.fromVocabulary([...specials, ...words].join("\n"));
}
