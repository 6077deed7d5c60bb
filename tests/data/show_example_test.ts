import { assertEquals } from "@std/assert";
import { type Example, showExample } from "../../src/data/mod.ts";

/** `[CLS] the cat ##s sat [SEP] . [SEP]` with two masks and a random piece. */
const EXAMPLE: Example = {
  inputIds: Uint32Array.of(2, 5, 4, 7, 9, 3, 4, 3),
  tokenTypeIds: Uint8Array.of(0, 0, 0, 0, 0, 0, 1, 1),
  length: 8,
  maskedPositions: Uint32Array.of(2, 4, 6),
  maskedLabels: Uint32Array.of(6, 8, 10),
  pairLabel: 0,
  truncated: false,
};

function shown(pieces: readonly string[]): string[] {
  const all = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ...pieces];
  const names = { vocabularySize: all.length, idToPiece: (id: number) => all[id] };
  return showExample(EXAMPLE, names, 4, false).split("\n").slice(1);
}

Deno.test("showExample() separates the words of SentencePiece and WordPiece, without their markers", () => {
  for (
    const pieces of [
      ["▁the", "▁cat", "s", "▁sat", "▁dog", "▁."],
      ["the", "cat", "##s", "sat", "dog", "."],
    ]
  ) assertEquals(shown(pieces), ["A: the {cat}s {sat→dog}", "B: {.}"]);
  assertEquals(shown(["t", "h", "e", "a", "b", "."]), ["A:t{h}e{a→b}", "B:{.}"], "no markers");
});
