import { assert, assertEquals, assertThrows } from "@std/assert";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import fc from "../support/property.ts";
import { Tokenizer } from "../../src/text/mod.ts";
import { anyText } from "./support/arbitraries.ts";
import { HARD_TEXTS } from "./support/sentences.ts";

const PIECES = [
  ...["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cat", "un", "##able", "##ably", "##s"],
  ...["##a", "##b", "a", "b", "e", "##e", "cafe", ".", ",", "(", ")", "'", "你", "3", "##3", "$"],
  ...["run", "##n", "##ing", "-", "σ", "##σ", "ß"],
];
const UNCASED = PIECES.join("\n") + "\n";
const CASED = ["The", "É", ...PIECES].join("\r\n");

Deno.test("WordPiece selects the longest piece from left to right", () => {
  const tokenizer = Tokenizer.fromVocabulary(UNCASED);
  const { tokens, ids, offsets } = tokenizer.encode("The CATS, unably running! unx");
  assertEquals(tokens, [
    ...["the", "cat", "##s", ",", "un", "##ably", "run", "##n", "##ing", "[UNK]", "[UNK]"],
  ]);
  assertEquals([...ids], tokens.map((token) => PIECES.indexOf(token)));
  const spans = [[0, 3], [4, 7], [7, 8], [8, 9], [10, 12], [12, 16], [17, 20], [20, 21], [21, 24]];
  assertEquals(offsets as number[][], [...spans, [24, 25], [26, 29]]);
});

Deno.test("WordPiece lower-cases and strips accents depending on the vocabulary", () => {
  const uncased = Tokenizer.fromVocabulary(UNCASED), cased = Tokenizer.fromVocabulary(CASED);
  assertEquals(uncased.encode("Café É").tokens, ["cafe", "e"]);
  assertEquals(cased.encode("The the É é").tokens, ["The", "the", "É", "[UNK]"]);
  const kept = Tokenizer.fromVocabulary(UNCASED, { lowerCase: true, stripAccents: false });
  assertEquals(kept.encode("The É").tokens, ["the", "[UNK]"]);
});

Deno.test("WordPiece splits at Chinese characters and punctuation, and removes control characters", () => {
  const tokenizer = Tokenizer.fromVocabulary(UNCASED);
  const text = "a你b\u0000\u200b(a)\t\u00a0e\u0301$3";
  const { tokens, offsets } = tokenizer.encode(text);
  assertEquals(tokens, ["a", "你", "b", "(", "a", ")", "e", "$", "3"]);
  assertEquals(offsets.map((span) => text.slice(...span)), [
    ...["a", "你", "b", "(", "a", ")", "e", "$", "3"],
  ]);
});

Deno.test("WordPiece treats a word of more than 100 characters as unknown", () => {
  const tokenizer = Tokenizer.fromVocabulary(UNCASED);
  assertEquals(tokenizer.encode("a".repeat(100)).tokens.length, 100);
  assertEquals(tokenizer.encode("a".repeat(101)).tokens, ["[UNK]"]);
});

Deno.test("WordPiece equals Hugging Face's tokenizers library through tokenizer.json", () => {
  for (const vocabulary of [UNCASED, CASED]) {
    const tokenizer = Tokenizer.fromVocabulary(vocabulary);
    const files = tokenizer.toFiles();
    const json = JSON.parse(files["tokenizer.json"] as string);
    const theirs = new HuggingFaceTokenizer(
      json,
      JSON.parse(files["tokenizer_config.json"] as string),
    );
    const again = Tokenizer.fromJson(json);
    const check = (text: string) => {
      const ids = tokenizer.encodePair(text).ids;
      assertEquals(ids, theirs.encode(text).ids, JSON.stringify(text));
      assertEquals(again.encodePair(text).ids, ids, JSON.stringify(text));
    };
    // Special pieces written in the text are read by that library, not by ours.
    HARD_TEXTS.filter((text) => !text.includes("[CLS]")).forEach(check);
    const word = fc.constantFrom("the", "CAT", "unably", "é", "(", "你", "$3", " ", "\t", "-", "ß");
    fc.assert(fc.property(fc.array(word, { maxLength: 12 }), (words) => check(words.join(""))));
  }
});

Deno.test("WordPiece offsets are within the string and monotonic", () => {
  const tokenizer = Tokenizer.fromVocabulary(UNCASED);
  fc.assert(fc.property(anyText(40), (text) => {
    const { ids, offsets } = tokenizer.encode(text);
    assertEquals(ids, tokenizer.encodeIds(text));
    let last = 0;
    for (const [start, end] of offsets) {
      assert(start >= last && end > start && end <= text.length);
      last = start;
    }
  }));
});

Deno.test("WordPiece decodes to words", () => {
  const tokenizer = Tokenizer.fromVocabulary(UNCASED);
  assertEquals(tokenizer.decode(tokenizer.encodePair("the cats run").ids), "the cats run");
  assertThrows(() => tokenizer.decode([99]), RangeError, "Cannot decode id 99");
});

Deno.test("fromVocabulary() reports what is wrong with a vocab.txt", () => {
  const read = (text: string) => () => Tokenizer.fromVocabulary(text, { source: "vocab.txt" });
  assertThrows(read("[UNK]\na\n\nb\n"), SyntaxError, "vocab.txt: line 3 is empty");
  assertThrows(read("[UNK]\na\na\n"), SyntaxError, '"a", is a duplicate');
  assertThrows(read("a\nb\n"), SyntaxError, "it has no piece [UNK]");
});
