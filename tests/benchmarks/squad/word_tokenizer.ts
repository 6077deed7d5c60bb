import { Tokenizer } from "../../../src/text/mod.ts";

/** A tokenizer whose vocabulary is the given words, in pieces where they start with `##`. */
export function wordTokenizer(words: readonly string[]): Tokenizer {
  const specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];
  return Tokenizer.fromVocabulary([...specials, ...words].join("\n"));
}
