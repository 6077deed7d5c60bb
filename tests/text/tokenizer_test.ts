import { assertEquals, assertThrows } from "@std/assert";
import fc from "../support/property.ts";
import { PieceType, Tokenizer, writeSentencePieceModel } from "../../src/text/mod.ts";
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

// Expected pieces are those of transformers 5.24 for the tokenizer.json of toFiles().
Deno.test("encode() recognizes special tokens in text only if requested", () => {
  const text = "The [MASK] sat on [MASK], the [SEP]mat<unk> [mask]";
  const { ids, tokens, offsets } = tokenizer.encode(text, { specialTokens: true });
  const words = ["▁the", "[MASK]", "▁sat", "▁on", "[MASK]", "▁", ",", "▁the", "[SEP]", "▁mat"];
  assertEquals(tokens, [...words, "<unk>", "▁[", "mask", "]"]);
  assertEquals(
    offsets.filter((_, i) => ids[i] === 4).map((span) => text.slice(...span)),
    [" [MASK]", " [MASK]"],
  );
  assertEquals(tokenizer.encodeIds(text).includes(4), false);
});

Deno.test("encodePair() recognizes special tokens as transformers does unless disabled", () => {
  const [cls, sep, mask] = [2, 3, 4];
  const { ids } = tokenizer.encodePair("the [MASK]", "a [SEP] b");
  assertEquals(ids, [cls, 14, mask, sep, 21, sep, 334, sep]);
  const plain = tokenizer.encodePair("the [MASK]", "a [SEP] b", { specialTokens: false });
  assertEquals(plain.ids.filter((id) => id === mask || id === sep), [sep, sep]);
});

Deno.test("the names of the file count as special tokens, and other control symbols do", () => {
  const model = smallModel({ "▁": -1, a: -1.5, "▁a": -2, m: -1.5 });
  model.pieces.push({ piece: "[E1]", score: 0, type: PieceType.control });
  model.pieces.push({ piece: "<mask>", score: 0, type: PieceType.control });
  const named = Tokenizer.fromModel(writeSentencePieceModel(model), {
    specialTokens: { mask: "<mask>" },
  });
  const tokensOf = (text: string) => named.encode(text, { specialTokens: true }).tokens;
  assertEquals(tokensOf("a <mask>a[E1] a"), ["▁a", "<mask>", "▁a", "[E1]", "▁a"]);
  const again = Tokenizer.fromJson(named.toFiles()["tokenizer.json"] as string);
  assertEquals(again.encode("a [E1]a", { specialTokens: true }).tokens, ["▁a", "[E1]", "▁a"]);
});

Deno.test("Tokenizer finds the places of special pieces anywhere", () => {
  const part = fc.constantFrom("[MASK]", "[CLS]", " ", "cat", "é", "😀", "[", "<pad>");
  fc.assert(fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
    const text = parts.join("");
    const { ids, tokens, offsets } = tokenizer.encode(text, { specialTokens: true });
    tokens.forEach((token, i) => {
      if (ids[i] >= 2 && ids[i] <= 4) assertEquals(text.slice(...offsets[i]).trim(), token);
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
