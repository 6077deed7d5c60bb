import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../support/property.ts";
import {
  PieceType,
  readSentencePieceModel,
  SentencePieceSegmenter,
  writeSentencePieceModel,
} from "../../src/text/mod.ts";
import { anyText } from "./support/arbitraries.ts";
import { smallModel } from "./support/small_model.ts";
import { albertModelBytes } from "./support/vocabulary.ts";

Deno.test("readSentencePieceModel() reads ALBERT's published vocabulary", () => {
  const model = readSentencePieceModel(albertModelBytes());
  assertEquals(model.pieces.length, 30_000);
  assertEquals(model.pieces.slice(0, 6).map(({ piece, type }) => [piece, type]), [
    ["<pad>", PieceType.control],
    ["<unk>", PieceType.unknown],
    ["[CLS]", PieceType.control],
    ["[SEP]", PieceType.control],
    ["[MASK]", PieceType.control],
    ["(", PieceType.userDefined],
  ]);
  assertEquals(model.pieces[14], { piece: "▁the", score: -3.07045841217041, type: 1 });
  assertEquals(model.trainerSpec.characterCoverage, Math.fround(0.99995));
  assertEquals(model.trainerSpec.bosId, -1);
  assertEquals(model.normalizerSpec.name, "nmt_nfkc");
  assertEquals(model.normalizerSpec.precompiledCharsmap?.length, 237_539);
});

Deno.test("writeSentencePieceModel() returns the bytes that were read", () => {
  const bytes = albertModelBytes();
  assertEquals(writeSentencePieceModel(readSentencePieceModel(bytes)), bytes);
});

Deno.test("a model keeps unknown fields", () => {
  const bytes = writeSentencePieceModel(smallModel({ "▁a": -1 }));
  // Field 250 of the model, wire type 2: [varint tag, length, content].
  const extension = [0xd2, 0x0f, 2, 7, 8];
  const extended = new Uint8Array([...bytes, ...extension]);
  const model = readSentencePieceModel(extended);
  assertEquals(model.unknownFields?.map(({ tag }) => tag), [250]);
  assertEquals(writeSentencePieceModel(model), extended);
});

Deno.test("readSentencePieceModel() rejects a model truncated at any byte", () => {
  const bytes = writeSentencePieceModel(smallModel({ "▁a": -1, "▁bé": -2.5 }, ["("]));
  assertEquals(readSentencePieceModel(bytes).pieces.length, 8);
  // normalizer_spec comes last and must be there, so every cut loses something.
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(
      () => readSentencePieceModel(bytes.subarray(0, length), "spiece.model"),
      SyntaxError,
      "Cannot read spiece.model: ",
    );
  }
});

Deno.test("readSentencePieceModel() returns a model or throws its own error for damaged bytes", () => {
  const bytes = writeSentencePieceModel(smallModel({ "▁a": -1, b: -2, c: -3 }, ["(", "€"]));
  const damage = fc.array(
    fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)),
    { minLength: 1, maxLength: 4 },
  );
  fc.assert(
    fc.property(damage, anyText(40), (changes, text) => {
      const damaged = bytes.slice();
      for (const [position, byte] of changes) damaged[position] = byte;
      try {
        new SentencePieceSegmenter(readSentencePieceModel(damaged)).segment(text);
      } catch (error) {
        assert(error instanceof SyntaxError || error instanceof TypeError, String(error));
        assert(error.message.startsWith("Cannot "), error.message);
      }
    }),
    { numRuns: 2000 },
  );
});

Deno.test("SentencePieceSegmenter rejects unsupported types of models", () => {
  const bpe = smallModel({ a: -1 });
  bpe.trainerSpec.modelType = 2;
  assertThrows(() => new SentencePieceSegmenter(bpe), TypeError, "its type is BPE");
  const bytes = smallModel({ a: -1 });
  bytes.trainerSpec.byteFallback = true;
  assertThrows(() => new SentencePieceSegmenter(bytes), TypeError, "byte_fallback");
  const twice = smallModel({ a: -1 });
  twice.pieces.push({ piece: "a", score: -2, type: PieceType.normal });
  assertThrows(
    () => new SentencePieceSegmenter(twice),
    SyntaxError,
    'piece 6, "a", is a duplicate',
  );
  const none = smallModel({ a: -1 });
  none.pieces[1].type = PieceType.control;
  assertThrows(() => new SentencePieceSegmenter(none), SyntaxError, "no unknown piece");
  const infinite = smallModel({ a: -Infinity });
  assertThrows(() => new SentencePieceSegmenter(infinite), SyntaxError, "score of piece 5");
});

Deno.test("writeSentencePieceModel() keeps characters of all planes", () => {
  const texts = ["é", "\u{10000}", "\u{1f600}", "\u{20000}", "\u{2a6df}", "\u{10fffd}"];
  const pieces = texts.map((piece) => ({ piece, score: -1, type: PieceType.normal }));
  const model = { pieces, trainerSpec: { unkPiece: "\u{20001}" }, normalizerSpec: {} };
  const again = readSentencePieceModel(writeSentencePieceModel(model));
  assertEquals(again.pieces.map(({ piece }) => piece), texts);
  assertEquals(again.trainerSpec.unkPiece, "\u{20001}");
});
