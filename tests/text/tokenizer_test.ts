import { assertEquals, assertThrows } from "@std/assert";
import fc from "../support/property.ts";
import { Tokenizer, writeSentencePieceModel } from "../../src/text/mod.ts";
import { smallModel } from "./support/small_model.ts";
import { albertModelBytes } from "./support/vocabulary.ts";

const tokenizer = Tokenizer.fromModel(albertModelBytes());

Deno.test("Tokenizer converts between pieces and ids", () => {
  assertEquals(tokenizer.vocabularySize, 30_000);
  assertEquals(tokenizer.specialIds, { pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 });
  assertEquals(tokenizer.idToPiece(14), "▁the");
  assertEquals(tokenizer.pieceToId("▁the"), 14);
  assertEquals(tokenizer.pieceToId("▁no such piece"), undefined);
  assertThrows(() => tokenizer.idToPiece(30_000), RangeError, "ids 0 to 29999");
});

Deno.test("Tokenizer encodes with ALBERT's cleaning, or without", () => {
  assertEquals([...tokenizer.encodeIds("Hello World")], [10975, 126]);
  const raw = Tokenizer.fromModel(albertModelBytes(), { raw: true });
  assertEquals(raw.encode("Hello").tokens, ["▁", "H", "ello"]);
  const cased = Tokenizer.fromModel(albertModelBytes(), { lowerCase: false });
  assertEquals(cased.encode("Hé").tokens, ["▁", "H", "e"]);
});

Deno.test("Tokenizer recognizes special pieces in text only if requested", () => {
  const text = "The [MASK] sat on [MASK].";
  const { ids, tokens, offsets } = tokenizer.encode(text, { specialTokens: true });
  assertEquals(tokens, ["▁the", "[MASK]", "▁sat", "▁on", "[MASK]", "."]);
  assertEquals([...ids], [14, 4, 847, 27, 4, 9]);
  assertEquals(
    offsets.map((span) => text.slice(...span)),
    ["The", "[MASK]", "sat", "on", "[MASK]", "."],
  );
  assertEquals(tokenizer.encodeIds(text).includes(4), false);
});

Deno.test("Tokenizer finds the places of special pieces anywhere", () => {
  const part = fc.constantFrom("[MASK]", "[CLS]", " ", "cat", "é", "😀", "[", "<pad>");
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
    const text = parts.join("");
    const { ids, tokens, offsets } = tokenizer.encode(text, { specialTokens: true });
    tokens.forEach((token, i) => {
      if (ids[i] >= 2 && ids[i] <= 4) assertEquals(text.slice(...offsets[i]), token);
    });
    const masks = text.split("[MASK]").length - 1;
    assertEquals(ids.filter((id) => id === 4).length, masks);
  }));
});

Deno.test("Tokenizer encodes pairs", () => {
  const pair = tokenizer.encodePair("Hello", "World, world", { maxLength: 7, pad: true });
  assertEquals(pair.ids, [2, 10975, 3, 126, 15, 126, 3]);
  assertEquals(pair.typeIds, [0, 0, 0, 1, 1, 1, 1]);
  assertEquals(pair.offsets[3], [0, 5]);
});

Deno.test("Tokenizer without [CLS] encodes text, but rejects pairs with the reason", () => {
  const model = smallModel({ "▁": -1, a: -1 });
  model.pieces[2].piece = "<s>";
  const plain = Tokenizer.fromModel(writeSentencePieceModel(model));
  assertEquals(plain.encode("aa").tokens, ["▁", "a", "a"]);
  assertThrows(() => plain.specialIds, TypeError, "it has no piece [CLS]");
});
