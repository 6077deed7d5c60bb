import { assert, assertEquals, assertThrows } from "@std/assert";
import { requiredCharacters } from "../../../src/text/training/alphabet.ts";
import { collectFragments } from "../../../src/text/training/fragments.ts";
import { completeTrainingOptions } from "../../../src/text/training/options.ts";
import { PieceRules } from "../../../src/text/training/piece_rules.ts";
import { SentenceSampler } from "../../../src/text/training/sentence_sampler.ts";
import { specialPieces } from "../../../src/text/training/special_pieces.ts";
import { unicodeScript } from "../../../src/text/training/unicode_script.ts";
import { WordCounter } from "../../../src/text/training/word_counter.ts";

const OPTIONS = completeTrainingOptions({ vocabSize: 100 });

function count(...sentences: string[]): WordCounter {
  const words = new WordCounter(specialPieces(OPTIONS.userDefinedSymbols));
  for (const sentence of sentences) words.add(sentence);
  return words;
}

Deno.test("Words are counted separately if they end their sentence", () => {
  const words = count("the cat the end", "the", "");
  assertEquals(words.within, new Map([["▁the", 2], ["▁cat", 1]]));
  assertEquals(words.final, new Map([["▁end", 1], ["▁the", 1]]));
  assertEquals(words.sentences, 2);
});

Deno.test("Special pieces become boundaries, the longest match first, and a sentence with ▅ is skipped", () => {
  const special = specialPieces(["-", "--", "a.b"]);
  const words = new WordCounter(special);
  words.add("x--y- [CLS] a.b axb");
  words.add("bad ▅ sentence");
  assertEquals([...words.within.keys()], ["▁x\ty\t", "▁\t"]);
  assertEquals([...words.final.keys()], ["▁axb"]);
  assertEquals([words.sentences, words.reserved], [1, 1]);
});

Deno.test("Required characters are the most frequent ones up to the coverage, ▁ among them", () => {
  const words = count("a".repeat(50) + "b".repeat(48) + "c");
  // 100 characters: a, b, ▁ and c; 98% are a and b.
  const texts = (coverage: number) => requiredCharacters(words, coverage);
  assertEquals(texts(0.98), ["a", "b"]);
  assertEquals(texts(0.985), ["a", "b", "c"]);
  assertEquals(texts(1), ["a", "b", "c", "▁"]);
});

Deno.test("Scripts are distinguished, and characters without a script are Common", () => {
  const characters = ["a", "д", "ま", "マ", "字", "5", ",", "\u0301", "𐍈"];
  assertEquals(characters.map(unicodeScript), [
    "Latin",
    "Cyrillic",
    "Hiragana",
    "Katakana",
    "Han",
    "Common",
    "Common",
    "Inherited",
    "Gothic",
  ]);
});

Deno.test("A piece has one script, one word and at most the maximum length", () => {
  const rules = new PieceRules(OPTIONS);
  const allowed = (piece: string) => rules.allows(Array.from(piece));
  for (const piece of ["▁the", "▁", "1,000", "かナ字ー", "e\u0301a", "\u0301д", "a".repeat(16)]) {
    assert(allowed(piece), piece);
  }
  for (const piece of ["a▁", "▁▁", "don't", "a1", "aд", "a▅", "", "a".repeat(17)]) {
    assert(!allowed(piece), piece);
  }
  const loose = new PieceRules({ ...OPTIONS, splitByNumber: false });
  assert(loose.allows(Array.from("a1д")));
  assert(!loose.allows(Array.from("aд1")));
  const mixed = new PieceRules({ ...OPTIONS, splitByUnicodeScript: false });
  assert(mixed.allows(Array.from("don't")));
});

Deno.test("Fragments end at words, unknown characters and changes of script, and keep their counts", () => {
  const words = count("don't stop. don't", "stop");
  const required = requiredCharacters(words, 1);
  const fragments = collectFragments(words, required, new PieceRules(OPTIONS));
  const texts = Array.from(fragments.frequencies, (frequency, i) => {
    const symbols = fragments.symbols.subarray(fragments.starts[i], fragments.starts[i + 1]);
    return [Array.from(symbols, (symbol) => fragments.alphabet[symbol]).join(""), frequency];
  });
  assertEquals(Object.fromEntries(texts), { "'": 2, "t": 2, "▁don": 2, "▁stop": 2 });
  assertEquals(fragments.unknownCharacters, 1);
  const followers = [...fragments.contexts.symbols].filter((symbol) =>
    symbol >= fragments.contexts.firstTerminator
  );
  // ' before t; t before ▁ and the end; ▁don before '; ▁stop before a special piece and the end.
  assertEquals(followers.length, 6);
});

Deno.test("A sample has the requested size, depends on its seed and is uniform", () => {
  const chosen = (seed: number): number[] => {
    const sampler = new SentenceSampler(10, 3, seed);
    return Array.from({ length: 10 }, (_, i) => i).filter(() => sampler.take());
  };
  assertEquals(chosen(5), chosen(5));
  const taken = new Array(10).fill(0);
  for (let seed = 0; seed < 3000; seed++) {
    const places = chosen(seed);
    assertEquals(places.length, 3);
    for (const place of places) taken[place]++;
  }
  // Binomial(3000, 0.3): mean 900, standard deviation 25.
  for (const times of taken) assert(Math.abs(times - 900) < 125, `${taken}`);
});

Deno.test("Options out of range and invalid symbols are rejected by name", () => {
  const refuse = (options: Record<string, unknown>, message: string) =>
    assertThrows(
      () =>
        specialPieces(completeTrainingOptions({ vocabSize: 100, ...options }).userDefinedSymbols),
      Error,
      message,
    );
  refuse({ vocabSize: 0 }, "vocabSize must be a whole number from 1 to 16777216, got 0");
  refuse({ vocabSize: 10.5 }, "vocabSize");
  refuse({ characterCoverage: 0.5 }, "characterCoverage must be a number from 0.98 to 1, got 0.5");
  refuse({ shrinkingFactor: NaN }, "shrinkingFactor");
  refuse({ userDefinedSymbols: ["a b"] }, '"a b" must be neither empty nor contain white space');
  refuse({ userDefinedSymbols: ["x", "x"] }, '"x" is a duplicate');
  refuse({ userDefinedSymbols: ["[MASK]"] }, "[MASK] is always in the vocabulary");
});
