import { assertEquals, assertThrows } from "@std/assert";
import { Normalizer, Tokenizer, writeSentencePieceModel } from "../../../src/text/mod.ts";
import {
  compileRules,
  namedRules,
  parseRules,
  VocabularyTrainer,
} from "../../../src/text/training/mod.ts";

const ALONE = { addDummyPrefix: false, removeExtraWhitespaces: false, escapeWhitespaces: false };
const nmt = compileRules(namedRules("nmt_nfkc"));

Deno.test("nfkc and nmt_nfkc normalize as SentencePiece's rules do", () => {
  // Expected values are those of sentencepiece 0.2.3.
  const normalizer = new Normalizer({ precompiledCharsmap: nmt, ...ALONE });
  const expected: [string, string][] = [
    ["a\u200bb\ufeffc\u200ed", "a b c d"],
    ["a\u0007b\u200dc", "ab\u200dc"],
    ["ＡＢＣ①ﬁ", "ABC1fi"],
    ["か\u3099ｶﾞ", "がガ"],
    ["Ａ\u0301e\u0302\u0301", "Áế"],
    ["\u1100\u1161\u11a8ㄱㅏ", "각가"],
    ["～", "～"],
  ];
  for (const [text, result] of expected) assertEquals(normalizer.normalize(text), result);
  const nfkc = new Normalizer({ precompiledCharsmap: compileRules(namedRules("nfkc")), ...ALONE });
  assertEquals(nfkc.normalize("～\u200b"), "~\u200b");
  assertEquals(namedRules("identity").size, 0);
});

Deno.test("rules are read from a file of code points", () => {
  const rules = parseRules("41\t61 62\nU+00DF\t73 73\n7\t\n", "rules.tsv");
  const normalizer = new Normalizer({ precompiledCharsmap: compileRules(rules), ...ALONE });
  assertEquals(normalizer.normalize("Aß\u0007B"), "abssB");
  const rejects = (text: string) =>
    assertThrows(() => parseRules(text, "r.tsv"), SyntaxError, "Cannot read r.tsv: line");
  rejects("41");
  rejects("xyz\t61");
  rejects("41\t61\n41\t62");
});

/** A trainer that has seen a text twenty times. */
function trained(text: string, options: object): Tokenizer {
  const trainer = new VocabularyTrainer({ vocabSize: 300, hardVocabLimit: false, ...options });
  for (let i = 0; i < 20; i++) trainer.add(text);
  const model = trainer.train();
  return Tokenizer.fromModel(writeSentencePieceModel(model), options);
}

Deno.test("a vocabulary can keep accents and capitals", () => {
  const text = "schön schon Bär Bar がき かき";
  const plain = trained(text, {});
  assertEquals(plain.encodeIds("schön"), plain.encodeIds("schon"));
  const kept = trained(text, { stripAccents: false, lowerCase: false });
  for (const [one, other] of [["schön", "schon"], ["がき", "かき"], ["Bar", "bar"]]) {
    assertEquals(kept.encodeIds(one).join() === kept.encodeIds(other).join(), false, one);
  }
  assertEquals(kept.decode(kept.encodeIds("schön Bär")), "schön Bär");
});

Deno.test("a vocabulary with nmt_nfkc applies its rules to invisible characters", () => {
  const normalization = { name: "nmt_nfkc", charsmap: nmt };
  const tokenizer = trained("the cat sat on the mat", { normalization });
  assertEquals(tokenizer.encodeIds("the\u200bcat\u0007"), tokenizer.encodeIds("the cat"));
  const again = Tokenizer.fromJson(tokenizer.toFiles()["tokenizer.json"] as string);
  for (const text of ["the\ufeffcat", "ＴＨＥ ｃａｔ", "cat\u0301"]) {
    assertEquals(again.encodeIds(text), tokenizer.encodeIds(text), text);
  }
});

Deno.test("user-defined symbols that cleaning changes are rejected, others match", () => {
  const text = "price <NUM> from [USER] é";
  for (const symbol of ["<NUM>", "é", "ＡＢ"]) {
    assertThrows(
      () => trained(text, { userDefinedSymbols: [symbol] }),
      TypeError,
      `User-defined symbol ${JSON.stringify(symbol)} can never match`,
    );
  }
  const options = { userDefinedSymbols: ["<NUM>", "[USER]"], lowerCase: false };
  const { tokens } = trained(text, options).encode("price <NUM> from [USER]");
  assertEquals(tokens.filter((token) => /[<[]/.test(token)), ["<NUM>", "[USER]"]);
});

Deno.test("a soft vocabulary limit writes as many pieces as the text supports", () => {
  const trainer = (hardVocabLimit: boolean) => {
    const trainer = new VocabularyTrainer({ vocabSize: 500, hardVocabLimit });
    for (let i = 0; i < 20; i++) trainer.add("the cat sat on the mat");
    return trainer;
  };
  assertThrows(() => trainer(true).train(), RangeError, "too large");
  const model = trainer(false).train();
  assertEquals(model.pieces.length < 500, true);
  assertEquals(model.trainerSpec.vocabSize, model.pieces.length);
  assertEquals(model.trainerSpec.hardVocabLimit, false);
});
