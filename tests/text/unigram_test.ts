import { assertAlmostEquals, assertEquals } from "@std/assert";
import fc from "../support/property.ts";
import { Unigram } from "../../src/text/unigram.ts";
import { smallModel } from "./support/small_model.ts";

function segment(unigram: Unigram, text: string): { ids: number[]; pieces: string[] } {
  const bytes = new TextEncoder().encode(text);
  const count = unigram.segment(bytes, bytes.length);
  const ends = [0, ...unigram.ends.subarray(0, count)];
  return {
    ids: [...unigram.ids.subarray(0, count)],
    pieces: ends.slice(1).map((end, i) => new TextDecoder().decode(bytes.subarray(ends[i], end))),
  };
}

Deno.test("Unigram finds the best of all segmentations", () => {
  const scores = { a: -3, b: -3, ab: -4, abc: -9, c: -2, é: -5, aé: -5.5 };
  const { pieces } = smallModel(scores);
  const unigram = new Unigram(pieces);
  const score = new Map(Object.entries(scores));
  const best = (text: string): number => {
    if (text === "") return 0;
    let highest = -Infinity;
    for (const [piece, value] of score) {
      if (text.startsWith(piece)) {
        highest = Math.max(highest, value + best(text.slice(piece.length)));
      }
    }
    return highest;
  };
  fc.assert(fc.property(fc.string({ unit: fc.constantFrom(..."abcé"), maxLength: 9 }), (text) => {
    const found = segment(unigram, text);
    assertEquals(found.pieces.join(""), text);
    assertEquals(found.ids.map((id) => pieces[id].piece), found.pieces);
    const total = found.pieces.reduce((sum, piece) => sum + score.get(piece)!, 0);
    assertAlmostEquals(total, best(text), 1e-4);
  }));
});

Deno.test("Unigram joins adjacent unknown characters to one unknown piece", () => {
  const unigram = new Unigram(smallModel({ a: -1 }).pieces);
  assertEquals(segment(unigram, "axyéa€"), { ids: [5, 1, 5, 1], pieces: ["a", "xyé", "a", "€"] });
});

Deno.test("Unigram prefers user-defined symbols, and the longer of two", () => {
  const unigram = new Unigram(smallModel({ "a-b": -0.001, a: -9, b: -9 }, ["-", "--"]).pieces);
  assertEquals(segment(unigram, "a-b--b").pieces, ["a-b", "--", "b"]);
  const protectedOne = new Unigram(smallModel({ "a-b": -30, a: -9, b: -9 }, ["-"]).pieces);
  assertEquals(segment(protectedOne, "a-b").pieces, ["a", "-", "b"]);
});

Deno.test("Unigram returns no pieces for an empty text", () => {
  assertEquals(segment(new Unigram(smallModel({ a: -1 }).pieces), ""), { ids: [], pieces: [] });
});

Deno.test("Unigram distinguishes pieces after a hundred thousand of them", () => {
  // Float32 sums near 1,000,000 would be 0.06 apart: more than what decides here.
  const unigram = new Unigram(smallModel({ a: -10, b: -10, ab: -19.99, ba: -20.01 }).pieces);
  const found = segment(unigram, "ab".repeat(100_000));
  assertEquals(found.ids.length, 100_000);
  assertEquals(new Set(found.pieces), new Set(["ab"]));
});
