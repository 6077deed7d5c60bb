// A tokenizer.json of a stranger must not keep a program busy or exhaust its memory.
import { assertEquals, assertThrows } from "@std/assert";
import { regularExpression } from "../../src/text/pipeline/regular_expression.ts";
import { Normalizer, Tokenizer } from "../../src/text/mod.ts";
import { compileRules } from "../../src/text/training/mod.ts";

const PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##a", "b", "##b"];

function wordPiece(parts: object, model: object = {}): object {
  const vocab = Object.fromEntries(PIECES.map((piece, id) => [piece, id]));
  return { model: { type: "WordPiece", vocab, ...model }, ...parts };
}

/** Milliseconds of a computation. */
function took(compute: () => unknown): number {
  const start = performance.now();
  compute();
  return performance.now() - start;
}

Deno.test("an expression with which a search could take almost forever is not supported", () => {
  const hostile: Readonly<Record<string, string>> = {
    "(a|a)*b": "a repetition * of a part that can match in several ways",
    "(a*)*b": "a repetition * of",
    "(?:a?){30}a{30}": "a repetition {30} of",
    "(?:(?=a*b)a)+c": "a repetition + of",
    "(?:a{1,9}){2,}": "a repetition {2,} of",
    [`${"a?".repeat(30)}${"a".repeat(30)}`]: "too many alternatives",
    [`${"(a|a)".repeat(30)}b`]: "too many alternatives",
    "a*a*a*b": "several unlimited repetitions in a sequence",
    "(?:a+a+)b": "several unlimited repetitions in a sequence",
    "a{0,5000}a{0,5000}b": "several unlimited repetitions in a sequence",
    "x(?=a+a+b)": "several unlimited repetitions in a sequence",
    "a+a+$": "several unlimited repetitions in a sequence",
    "(?:a{999}){999}": "too long repetitions",
  };
  for (const [source, reason] of Object.entries(hostile)) {
    assertThrows(() => regularExpression(source), TypeError, `uses ${reason}`);
  }
  assertThrows(() => regularExpression("(a"), TypeError, "a ( without )");
  assertThrows(() => regularExpression("a)"), TypeError, "a ) without (");
});

Deno.test("expressions of tokenizers in use are supported", () => {
  const splits = (source: string, text: string) => text.match(regularExpression(source));
  assertEquals(splits(" ?\\p{L}+| ?\\p{N}+|\\s+(?!\\S)|\\s+", "ab 12  c"), [
    "ab",
    " 12",
    " ",
    " c",
  ]);
  assertEquals(splits("(?:'s|'t|'re)|\\w+", "it's"), ["it", "'s"]);
  assertEquals(splits("\\d{1,3}(?:,\\d{3})*", "1,234,567"), ["1,234,567"]);
  assertEquals(splits("[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}", "x-y 12345"), [
    ...["x", "-y", "123", "45"],
  ]);
  assertEquals(splits("(?<=\\p{L}[']*)S(?![']*\\p{L})", "AS"), ["S"]);
  assertEquals(splits("\\A +| +\\z", " a "), [" ", " "]);
});

Deno.test("normalizers that make a text many times longer are stopped", () => {
  const double = { type: "Replace", pattern: { String: "a" }, content: "aa" };
  const normalizers = Array.from({ length: 40 }, () => double);
  const file = wordPiece({ normalizer: { type: "Sequence", normalizers } });
  const expected = "more than 65568 characters of a text, more than 32 times its length";
  assertThrows(() => Tokenizer.fromJson(file).encodeIds("a"), TypeError, expected);
  // Few steps may.
  const four = { type: "Sequence", normalizers: normalizers.slice(0, 4) };
  const { tokens } = Tokenizer.fromJson(wordPiece({ normalizer: four })).encode("ab");
  assertEquals(tokens, ["a", ...Array(15).fill("##a"), "##b"]);
});

Deno.test("compiled rules that make a text many times longer are stopped", () => {
  const normalizer = (length: number) => {
    const rules = new Map([["a", "b".repeat(length)]]);
    return new Normalizer({ precompiledCharsmap: compileRules(rules) });
  };
  const sum = (text: string) => [...text].length;
  assertEquals(sum(normalizer(32).normalize("a".repeat(9999))), 1 + 32 * 9999);
  const expected = "it makes more than 385536 bytes of a text, more than 32 times its length";
  assertThrows(() => normalizer(1000).normalize("a".repeat(10_000)), TypeError, expected);
  // A large buffer from a longer text makes no difference.
  const used = normalizer(1000);
  used.normalize("b".repeat(9_000_000));
  assertThrows(() => used.normalize("a".repeat(10_000)), TypeError, expected);
  assertThrows(() => normalizer(1025), SyntaxError, "a replacement has 1025 bytes, more than 1024");
});

Deno.test("Strip takes a time proportional to the length of spaces within a text", () => {
  const file = wordPiece({
    normalizer: { type: "Strip", strip_left: true, strip_right: true },
    pre_tokenizer: { type: "WhitespaceSplit" },
  });
  const tokenizer = Tokenizer.fromJson(file);
  assertEquals(tokenizer.encode(" \u2003ab\u3000b\x85 \n").offsets, [[2, 3], [3, 4], [5, 6]]);
  assertEquals(tokenizer.encode(" \u2003 ").tokens, []);
  const text = `a${" ".repeat(200_000)}b`;
  // It took 100 s.
  const milliseconds = took(() => assertEquals(tokenizer.encode(text).tokens, ["a", "b"]));
  assertEquals(milliseconds < 5000, true, `${milliseconds} ms`);
});

Deno.test("a word may have any length", () => {
  const vocab = Array.from({ length: 256 }, (_, byte) => {
    const name = byte.toString(16).toUpperCase().padStart(2, "0");
    return [`<0x${name}>`, -1];
  });
  const model = {
    type: "Unigram",
    vocab: [["[UNK]", 0], ...vocab],
    unk_id: 0,
    byte_fallback: true,
  };
  const bytes = Tokenizer.fromJson({ model }).encodeIds("é".repeat(100_000));
  assertEquals([bytes.length, bytes[0], bytes[1]], [200_000, 0xc3 + 1, 0xa9 + 1]);
  const long = Tokenizer.fromJson(
    wordPiece({ normalizer: { type: "NFC" } }, { max_input_chars_per_word: 1e9 }),
  );
  const milliseconds = took(() => {
    const { offsets } = long.encode("a".repeat(400_000));
    assertEquals([offsets.length, offsets.at(-1)], [400_000, [399_999, 400_000]]);
  });
  assertEquals(milliseconds < 5000, true, `${milliseconds} ms`);
});
