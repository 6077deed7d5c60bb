import { assertEquals, assertThrows } from "@std/assert";
import { Tokenizer as HuggingFaceTokenizer } from "@huggingface/tokenizers";
import fc from "../support/property.ts";
import { Tokenizer } from "../../src/text/mod.ts";
import { anyText } from "./support/arbitraries.ts";
import { HARD_TEXTS } from "./support/sentences.ts";
import { albertModelBytes } from "./support/vocabulary.ts";

const bytes = albertModelBytes();
const tokenizer = Tokenizer.fromModel(bytes);
const files = tokenizer.toFiles();
const json = JSON.parse(files["tokenizer.json"] as string);
const config = JSON.parse(files["tokenizer_config.json"] as string);

/** The file with one part changed. */
function changed(change: (copy: typeof json) => void): object {
  const copy = structuredClone({ ...json, model: { ...json.model, vocab: [["<unk>", 0]] } });
  copy.model.unk_id = 0;
  copy.added_tokens = [];
  copy.post_processor = null;
  change(copy);
  return copy;
}

Deno.test("toFiles() writes a Hugging Face folder's tokenizer", () => {
  assertEquals(Object.keys(files).sort(), [
    "special_tokens_map.json",
    "spiece.model",
    "tokenizer.json",
    "tokenizer_config.json",
  ]);
  assertEquals(files["spiece.model"], bytes);
  // AlbertTokenizer would replace the steps of tokenizer.json by its own.
  assertEquals(config.tokenizer_class, "PreTrainedTokenizerFast");
  assertEquals(config.do_lower_case, true);
  assertEquals(JSON.parse(files["special_tokens_map.json"] as string).mask_token, "[MASK]");
  assertEquals(json.added_tokens.map((token: { content: string }) => token.content), [
    ...["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"],
  ]);
});

Deno.test("tokenizer.json gives the ids of the model it was converted from, cleaned and raw", () => {
  const again = Tokenizer.fromJson(files["tokenizer.json"] as string);
  const raw = Tokenizer.fromModel(bytes, { raw: true }),
    rawAgain = Tokenizer.fromJson(json, { raw: true });
  const check = (text: string) => {
    assertEquals(again.encode(text), tokenizer.encode(text), text);
    assertEquals(rawAgain.encode(text), raw.encode(text), text);
  };
  HARD_TEXTS.forEach(check);
  fc.assert(fc.property(anyText(30), check), { numRuns: 500 });
  const number = fc.stringMatching(/^[0-9,]{1,8}( [a-z]{1,3})?$/);
  fc.assert(fc.property(number, check), { numRuns: 500 });
});

Deno.test("a tokenizer read from tokenizer.json writes the same tokenizer.json", () => {
  const again = Tokenizer.fromJson(json).toFiles();
  assertEquals(JSON.parse(again["tokenizer.json"] as string), json);
});

Deno.test("Hugging Face's tokenizers library gives the same ids from our tokenizer.json", () => {
  const theirs = new HuggingFaceTokenizer(json, config);
  for (
    const text of [
      "The quick brown fox jumps over the lazy dog.",
      "It costs $9,000, or 1,2,3, and 10,",
      "Ünïcödé café naïve ﬁne (x) - y",
      "``quoted'' \"text\" 3.14",
    ]
  ) {
    assertEquals(theirs.encode(text).ids, tokenizer.encodePair(text).ids, text);
  }
});

Deno.test("fromJson() keeps scores that converters do not change", () => {
  const copy = structuredClone(json);
  const original = new Map(Tokenizer.fromJson(json).encode("9, 10, 1,2,").tokens.entries());
  // Newer transformers write no penalty for pieces such as "9,".
  for (const entry of copy.model.vocab) if (entry[1] < -60) entry[1] += 100;
  assertEquals(Tokenizer.fromJson(copy).encode("9, 10, 1,2,").tokens, [...original.values()]);
});

Deno.test("fromJson() reports what it cannot read", () => {
  const read = (value: string | object) => () => Tokenizer.fromJson(value, { source: "t.json" });
  assertThrows(read("{"), SyntaxError, "Cannot read t.json: it is not valid JSON");
  assertThrows(read("{}"), SyntaxError, "has no model.vocab");
  assertThrows(read("null"), SyntaxError, "has no model.vocab");
  assertThrows(read(changed((c) => c.model.type = "BPE")), TypeError, "its model is BPE");
  assertThrows(read(changed((c) => c.model.unk_id = 7)), SyntaxError, "unk_id 7");
  assertThrows(
    () => Tokenizer.fromJson(changed((c) => delete c.model.unk_id)).encode("x"),
    TypeError,
    "the Unigram model has no unk_id",
  );
  assertThrows(read(changed((c) => c.model.vocab[0] = ["x"])), SyntaxError, "entry 0");
  assertThrows(
    read(changed((c) => c.normalizer = { type: "ByteLevel" })),
    TypeError,
    "its normalizer has the step ByteLevel, which is not supported",
  );
  assertThrows(
    read(changed((c) => c.normalizer = { type: "NFC", "a\nb": 1 })),
    TypeError,
    'its normalizer has the step NFC with "a\\nb" 1, which is not supported',
  );
  assertThrows(
    read(changed((c) => c.model["a\nb"] = 1)),
    TypeError,
    'its model has an option that is not supported, "a\\nb" 1',
  );
  const backReference = { type: "Replace", pattern: { Regex: "(a)\\1" }, content: "" };
  assertThrows(
    read(changed((c) => c.normalizer = backReference)),
    TypeError,
    'the regular expression "(a)\\\\1" uses \\1, which is not supported',
  );
  assertThrows(
    read(changed((c) => c.pre_tokenizer = { type: "ByteLevel" })),
    TypeError,
    "its pre_tokenizer has the step ByteLevel, which is not supported",
  );
});
