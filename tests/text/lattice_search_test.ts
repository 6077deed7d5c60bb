import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { Tokenizer, writeSentencePieceModel } from "../../src/text/mod.ts";
import { smallModel } from "./support/small_model.ts";

const SCORES = { "▁": -2, "▁a": -1.5, a: -2.25, aa: -2.75, b: -3, ab: -3.5 };
const tokenizer = Tokenizer.fromModel(writeSentencePieceModel(smallModel(SCORES)), { raw: true });

/** All ways to cut a text, by trying each piece at the start. */
function allSegmentations(text: string): { pieces: string[]; score: number }[] {
  if (text === "") return [{ pieces: [], score: 0 }];
  return Object.entries(SCORES).filter(([piece]) => text.startsWith(piece))
    .flatMap(([piece, score]) =>
      allSegmentations(text.slice(piece.length)).map((rest) => ({
        pieces: [piece, ...rest.pieces],
        score: score + rest.score,
      }))
    );
}

Deno.test("encodeNBest() returns the most probable segmentations, best first", () => {
  const all = allSegmentations("▁aaab").sort((a, b) => b.score - a.score);
  const found = tokenizer.encodeNBest("aaab", 100);
  assertEquals(found.length, all.length);
  found.forEach(({ ids, score }, i) => {
    assertAlmostEquals(score, all[i].score, 1e-5);
    const pieces = Array.from(ids, (id) => tokenizer.idToPiece(id));
    assertEquals(pieces.join(""), "▁aaab");
  });
  assertEquals(new Set(found.map(({ ids }) => ids.join())).size, all.length);
  assertEquals(tokenizer.encodeNBest("aaab", 3).map(({ ids }) => [...ids]), [
    ...found.slice(0, 3).map(({ ids }) => [...ids]),
  ]);
  assertEquals([...tokenizer.encodeNBest("aaab", 1)[0].ids], [...tokenizer.encodeIds("aaab")]);
  assertEquals(tokenizer.encodeNBest("", 5).map(({ ids }) => ids.length), [0]);
});

// Expected values are those of sentencepiece 0.2.3.
Deno.test("a user-defined symbol scores 0.1 for each character after its first", () => {
  const model = smallModel({ "▁": -2, "<": -3, n: -3.5, ">": -4, "é": -5 }, ["<n>", "é€"]);
  const symbols = Tokenizer.fromModel(writeSentencePieceModel(model), { raw: true });
  const [first, second] = symbols.encodeNBest("<n>", 5);
  assertEquals(Array.from(first.ids, (id) => symbols.idToPiece(id)), ["▁", "<n>"]);
  assertAlmostEquals(first.score, -2 + 0.2, 1e-6);
  assertAlmostEquals(second.score, -2 - 3 - 3.5 - 4, 1e-6);
  assertAlmostEquals(symbols.encodeNBest("é€", 2)[0].score, -2 + 0.1, 1e-6);
});

Deno.test("sampleIds() draws each segmentation with its probability", () => {
  let state = 1;
  const random = () => (state = state * 48271 % 2147483647) / 2147483647;
  const all = allSegmentations("▁aab");
  for (const alpha of [0, 0.5, 1]) {
    for (const nBestSize of [-1, 100]) {
      const counts = new Map<string, number>();
      const draws = 4000;
      for (let i = 0; i < draws; i++) {
        const ids = tokenizer.sampleIds("aab", { alpha, nBestSize, random });
        const key = Array.from(ids, (id) => tokenizer.idToPiece(id)).join(" ");
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      const total = all.reduce((sum, { score }) => sum + Math.exp(alpha * score), 0);
      for (const { pieces, score } of all) {
        const expected = Math.exp(alpha * score) / total;
        // Four standard deviations.
        const tolerance = 4 * Math.sqrt(expected * (1 - expected) / draws);
        assertAlmostEquals((counts.get(pieces.join(" ")) ?? 0) / draws, expected, tolerance);
      }
    }
  }
});

Deno.test("unknown characters side by side are one piece in every segmentation", () => {
  for (const { ids } of tokenizer.encodeNBest("xyab", 5)) {
    assertEquals(ids.filter((id) => id === 1).length, 1);
  }
});

Deno.test("other tokenizers than SentencePiece's have one segmentation", () => {
  const words = Tokenizer.fromVocabulary("[UNK]\na\n");
  assertThrows(() => words.encodeNBest("a", 2), TypeError, "requires a SentencePiece model");
});
