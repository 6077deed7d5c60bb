import { assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import { Tokenizer, writeSentencePieceModel } from "../../src/text/mod.ts";
import { smallModel } from "./support/small_model.ts";

// Expected ids are those of tokenizers 0.23.3, unless they are compared here with its JavaScript.

const SPECIAL = ["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"];
const PIECES = ["▁", "▁the", "▁cat", "the", "cat", '"', "<", "é", "_", "_cat", "e", "▁sat", "."];

/** A Unigram file with the parts given. */
function unigram(parts: Record<string, unknown> = {}): Record<string, unknown> {
  const scores = [-3, -2, -2.5, -2.7, -2.9, -4, -4, -4, -5, -3, -4, -3, -4];
  const vocab = [
    ...SPECIAL.map((piece) => [piece, 0]),
    ...PIECES.map((piece, i) => [piece, scores[i]]),
  ];
  const { model, ...rest } = parts;
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: sequence([{ type: "WhitespaceSplit" }, metaspace({})]),
    post_processor: null,
    decoder: null,
    ...rest,
    model: { type: "Unigram", unk_id: 1, vocab, byte_fallback: false, ...model as object },
  };
}

function sequence(steps: object[], key = "pretokenizers"): object {
  return { type: "Sequence", [key]: steps };
}

function metaspace(fields: object): object {
  return {
    type: "Metaspace",
    replacement: "▁",
    prepend_scheme: "always",
    split: true,
    ...fields,
  };
}

function added(id: number, content: string, flags: object = {}): object {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: true,
    special: false,
    ...flags,
  };
}

function tokensOf(file: object, text: string): string[] {
  return Tokenizer.fromJson(file).encode(text).tokens;
}

Deno.test("each normalizer of a tokenizer.json equals that of tokenizers", () => {
  const normalized = (normalizer: object | null, text: string) =>
    tokensOf(unigram({ normalizer, pre_tokenizer: null }), text).join("|");
  assertEquals(normalized(null, "thé"), "th|é");
  assertEquals(normalized({ type: "NFKD" }, "thé"), "the|\u0301");
  assertEquals(normalized({ type: "StripAccents" }, "thé"), "th|é");
  assertEquals(normalized({ type: "StripAccents" }, "the\u0301"), "the");
  assertEquals(normalized({ type: "NFC" }, "e\u0301"), "é");
  assertEquals(normalized({ type: "Lowercase" }, "THE"), "the");
  assertEquals(normalized({ type: "Prepend", prepend: "▁" }, "cat"), "▁cat");
  assertEquals(normalized({ type: "Strip", strip_left: true, strip_right: false }, " e "), "e| ");
  assertEquals(normalized({ type: "Nmt" }, "e\u200be\u0001"), "e| |e");
  const replace = (pattern: object, content: string) => ({ type: "Replace", pattern, content });
  assertEquals(normalized(replace({ String: "``" }, "<"), "``the"), "<|the");
  assertEquals(normalized(replace({ Regex: "\\s+" }, "_"), "e\u2003\x85cat"), "e|_cat");
});

Deno.test("each pre-tokenizer of a tokenizer.json equals that of tokenizers", () => {
  const split = (pre_tokenizer: object | null, text: string) =>
    tokensOf(unigram({ pre_tokenizer }), text).join("|");
  const spaces = { type: "WhitespaceSplit" };
  assertEquals(
    split(sequence([spaces, metaspace({ prepend_scheme: "never" })]), "the cat"),
    "the|cat",
  );
  assertEquals(split(metaspace({ prepend_scheme: "never" }), "the cat"), "the|▁cat");
  assertEquals(split(metaspace({ prepend_scheme: "first" }), "the cat "), "▁the|▁cat|▁");
  assertEquals(split(metaspace({ replacement: "_" }), "the cat"), "_|the|_cat");
  assertEquals(split(null, "the cat"), "the| |cat");
  assertEquals(split({ type: "Punctuation", behavior: "MergedWithNext" }, "cat.e"), "cat|.|e");
  assertEquals(
    split({ type: "Split", pattern: { String: "a" }, behavior: "Removed", invert: false }, "cat"),
    "c|t",
  );
});

Deno.test("added tokens are found in text according to their flags", () => {
  const file = unigram({
    added_tokens: [
      added(18, "covid19"),
      added(19, "[E1]", { special: true, normalized: false }),
      added(20, "sat", { single_word: true }),
      added(21, "-", { lstrip: true, rstrip: true, normalized: false }),
    ],
    normalizer: { type: "Lowercase" },
  });
  assertEquals(tokensOf(file, "the COVID19 cat[E1]cat"), [
    ...["▁the", "covid19", "▁cat", "[E1]", "▁cat"],
  ]);
  assertEquals(tokensOf(file, "the [e1]"), ["▁the", "▁", "[", "e", "1]"]);
  assertEquals(tokensOf(file, "sat, satcat"), ["sat", "▁", ",", "▁sat", "cat"]);
  const tokenizer = Tokenizer.fromJson(file);
  const { tokens, offsets } = tokenizer.encode("the  -  cat");
  assertEquals(tokens, ["▁the", "-", "▁cat"]);
  assertEquals(offsets, [[0, 3], [3, 8], [8, 11]]);
  assertEquals(tokenizer.vocabularySize, 22);
  assertEquals(tokenizer.idToPiece(19), "[E1]");
  // The five special pieces are ordinary text unless they are asked for.
  assertEquals(tokenizer.encodeIds("[MASK]").includes(4), false);
});

Deno.test("a tokenizer.json that is carried out step by step is saved as it is", () => {
  const file = unigram({ added_tokens: [added(18, "covid19")], pre_tokenizer: metaspace({}) });
  const tokenizer = Tokenizer.fromJson(file);
  const files = tokenizer.toFiles();
  assertEquals(Object.keys(files).sort(), [
    ...["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"],
  ]);
  const saved = JSON.parse(files["tokenizer.json"] as string);
  assertEquals(saved.post_processor.type, "TemplateProcessing");
  assertEquals({ ...saved, post_processor: null }, file);
  assertEquals(tokenizer.unwritten.length, 1);
  const text = "the covid19 cat  sat";
  const again = Tokenizer.fromJson(saved);
  assertEquals(again.encode(text), tokenizer.encode(text));
  const copy = Tokenizer.fromSnapshot(structuredClone(tokenizer.snapshot()));
  assertEquals(copy.encode(text), tokenizer.encode(text));
});

Deno.test("steps use the character tables of Hugging Face's tokenizers, not JavaScript's", () => {
  const normalized = (normalizer: object, text: string) => {
    const pieces = ["<unk>", ...new Set(["a", "b", ...text, "\ua7cf", "\u{16ebb}"])];
    const vocab = pieces.map((piece, id) => [piece, -id]);
    const parts = { normalizer, pre_tokenizer: null, model: { vocab, unk_id: 0 } };
    return tokensOf(unigram(parts), text).join("");
  };
  assertEquals(normalized({ type: "StripAccents" }, "a\u1cf3b\u1cf4"), "ab");
  assertEquals(normalized({ type: "Lowercase" }, "\ua7ce\u{16ea0}"), "\ua7cf\u{16ebb}");
  assertEquals(normalized({ type: "NFD" }, "a\u{11938}b"), "a\u{11938}b");
  const bert = { type: "BertNormalizer", lowercase: true };
  assertEquals(normalized(bert, "a\u1734b\u{1171e}"), "ab");
  const words = (text: string, pre_tokenizer: object) => {
    const vocab = Object.fromEntries(["[UNK]", "a", "b"].map((word, id) => [word, id]));
    const model = { type: "WordPiece", vocab };
    return Tokenizer.fromJson({ normalizer: null, pre_tokenizer, model }).encode(text).tokens;
  };
  for (const text of ["a\u166db", "a\u{111c9}b"]) {
    assertEquals(words(text, { type: "BertPreTokenizer" }), ["a", "[UNK]", "b"]);
  }
  assertEquals(words("a\u{11de0}b", { type: "Digits", individual_digits: true }), [
    ...["a", "[UNK]", "b"],
  ]);
});

Deno.test("single_word knows letters beyond U+FFFF on both sides", () => {
  const file = unigram({ added_tokens: [added(18, "sat", { single_word: true })] });
  const ids = (text: string) => [...Tokenizer.fromJson(file).encodeIds(text)];
  assertEquals(ids("sat").includes(18), true);
  for (const letter of ["x", "\u{1d400}", "\u{20000}"]) {
    assertEquals(ids(`${letter}sat`).includes(18), false, letter);
    assertEquals(ids(`sat${letter}`).includes(18), false, letter);
  }
  assertEquals(ids("\u{1f600}sat\u{1f600}").includes(18), true);
});

const PADDING = {
  strategy: { Fixed: 128 },
  direction: "Right",
  pad_to_multiple_of: null,
  pad_id: 0,
  pad_type_id: 0,
  pad_token: "<pad>",
};

Deno.test("truncation and padding of a tokenizer.json are kept and reported, but not applied", () => {
  const truncation = {
    direction: "Right",
    max_length: 2,
    strategy: "LongestFirst",
    stride: 0,
  };
  const own = Tokenizer.fromModel(writeSentencePieceModel(smallModel({ "▁": -1, a: -1.5 })));
  const saved = JSON.parse(own.toFiles()["tokenizer.json"] as string);
  const words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a"];
  const bert = Tokenizer.fromVocabulary(words.join("\n")).toFiles()["tokenizer.json"] as string;
  for (const plain of [unigram() as typeof saved, saved, JSON.parse(bert)]) {
    const padding = { ...PADDING, pad_token: plain.model.type === "WordPiece" ? "[PAD]" : "<pad>" };
    const tokenizer = Tokenizer.fromJson({ ...plain, truncation, padding });
    const text = "a a a a";
    assertEquals(tokenizer.encodeIds(text), Tokenizer.fromJson(plain).encodeIds(text));
    assertEquals(tokenizer.notices.length, 2);
    assertMatch(tokenizer.notices[0], /truncation to 2 tokens/);
    assertMatch(tokenizer.notices[1], /padding to 128 tokens/);
    const again = JSON.parse(tokenizer.toFiles()["tokenizer.json"] as string);
    assertEquals([again.truncation, again.padding], [truncation, padding]);
    assertEquals(Tokenizer.fromJson(plain).notices, []);
  }
  const invalid = unigram({ truncation: { ...truncation, max_length: "2" } });
  assertThrows(() => Tokenizer.fromJson(invalid), SyntaxError, 'has max_length "2"');
});

Deno.test("parts of a tokenizer.json that are not supported are named", () => {
  const rejects = (parts: Record<string, unknown>, message: string) =>
    assertThrows(() => Tokenizer.fromJson(unigram(parts), { source: "t" }), TypeError, message);
  const left = { direction: "Left", max_length: 8, strategy: "LongestFirst", stride: 0 };
  rejects({ truncation: left }, 'Cannot use t: its truncation has direction "Left"');
  rejects({ padding: { ...PADDING, pad_type_id: 1 } }, "its padding has pad_type_id 1, not 0");
  rejects({ padding: { ...PADDING, side: 1 } }, 'its padding has the field "side"');
  rejects({ model: { dropout: 0.1 } }, "option that is not supported, dropout 0.1");
  rejects({ decoder: { type: "CTC" } }, "its decoder has the step CTC, which is not supported");
  rejects({ normalizer: { type: "NFC", x: 1 } }, "NFC with x 1");
  rejects({ added_tokens: [added(30, "x")] }, 'added token "x" has id 30, expected 18');
  rejects({ extra: 1 }, 'a part that is not supported, "extra"');
  const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
  const text = { Sequence: { id: "A", type_id: 0 } };
  const layout = { type: "TemplateProcessing", single: [text, token("[SEP]")], pair: [] };
  rejects({ post_processor: layout }, "TemplateProcessing with another layout");
  rejects({ post_processor: { type: "RobertaProcessing" } }, "not supported, RobertaProcessing");
  // Without one, text can be cut, but not laid out.
  const plain = Tokenizer.fromJson(unigram());
  assertThrows(() => plain.encodePair("the cat"), TypeError, "has no post_processor");
});

Deno.test("a WordPiece tokenizer.json without a normalizer or pre-tokenizer has none", () => {
  const words = ["[PAD]", "[UNK]", "日", "日本", "##本", "the", "cat", "the cat"];
  const file = (parts: object) => ({
    normalizer: null,
    pre_tokenizer: { type: "BertPreTokenizer" },
    model: { type: "WordPiece", vocab: Object.fromEntries(words.map((word, id) => [word, id])) },
    ...parts,
  });
  assertEquals(tokensOf(file({}), "日本"), ["日本"]);
  assertEquals(tokensOf(file({}), "The"), ["[UNK]"]);
  assertEquals(tokensOf(file({ pre_tokenizer: null }), "the cat"), ["the cat"]);
});

Deno.test("Unigram with byte fallback spells unknown characters as bytes", () => {
  const bytes = Array.from(
    { length: 256 },
    (_, i) => [`<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`, -20],
  );
  const vocab = [["<unk>", 0], ["▁", -2], ["a", -2], ...bytes];
  const file = unigram({
    model: { vocab, unk_id: 0, byte_fallback: true },
    decoder: sequence([
      { type: "Replace", pattern: { String: "▁" }, content: " " },
      { type: "ByteFallback" },
      { type: "Fuse" },
      { type: "Strip", content: " ", start: 1, stop: 0 },
    ], "decoders"),
  });
  const tokenizer = Tokenizer.fromJson(file);
  const { ids, tokens } = tokenizer.encode("aß");
  assertEquals(tokens, ["▁", "a", "<0xC3>", "<0x9F>"]);
  assertEquals(tokenizer.decode(ids), "aß");
});

Deno.test("the JavaScript of Hugging Face's tokenizers gives the same ids", () => {
  const config = { tokenizer_class: "PreTrainedTokenizerFast", unk_token: "<unk>" };
  const file = unigram({
    normalizer: sequence([{ type: "NFKD" }, { type: "Lowercase" }], "normalizers"),
    added_tokens: [added(18, "covid19"), added(19, "[E1]", { special: true, normalized: false })],
  });
  const theirs = new HuggingFaceTokenizer(file, config), ours = Tokenizer.fromJson(file);
  for (const text of ["The cat sat.", "the covid19 [E1] cat", "thé", "x [E1]", ""]) {
    const expected = theirs.encode(text, { add_special_tokens: false }).ids;
    assertEquals([...ours.encodeIds(text)], expected, text);
  }
});
