import { assertEquals } from "@std/assert";
import { isWordStart, wordStartTable } from "../../src/data/mod.ts";
import { findWords } from "../../src/data/words.ts";

Deno.test("isWordStart() follows the official rule for SentencePiece pieces", () => {
  for (
    const piece of [
      "▁",
      "▁the",
      "▁9",
      ".",
      ",",
      '"',
      "(",
      "-",
      "'",
      "€",
      "<pad>",
      "9",
      "9,",
      "é",
      "naïve",
      "中",
    ]
  ) {
    assertEquals(isWordStart(piece), true, piece);
  }
  for (const piece of ["ing", "s", "'s", "--", "A", '."', "[CLS]"]) {
    assertEquals(isWordStart(piece), false, piece);
  }
});

Deno.test("wordStartTable() detects a vocabulary with ## as WordPiece", () => {
  const table = (
    pieces: string[],
  ) => [...wordStartTable({ vocabularySize: pieces.length, idToPiece: (id) => pieces[id] })];
  assertEquals(table(["[CLS]", "the", "##ing", "9"]), [1, 1, 0, 1]);
  assertEquals(table(["▁the", "ing", "##", "9"]), [1, 0, 0, 1]);
});

/** Even ids start a word, odd ones continue it. */
const STARTS = Uint8Array.from({ length: 100 }, (_, i) => 1 - i % 2);

function spans(ids: number[], cutsFirstWord = false, cutsLastWord = false, whole = true) {
  const words = findWords(
    Uint32Array.from([2, ...ids, 3]),
    [{ start: 1, end: 1 + ids.length, cutsFirstWord, cutsLastWord }],
    whole ? STARTS : undefined,
  );
  return Array.from({ length: words.count }, (_, i) => [
    words.starts[i],
    words.ends[i],
    words.following[i],
  ]);
}

Deno.test("findWords() keeps pieces of a word together", () => {
  assertEquals(spans([10, 11, 11, 12, 14, 15]), [[1, 4, 3], [4, 5, 2], [5, 7, 1]]);
  assertEquals(spans([10, 11, 12], false, false, false), [[1, 2, 3], [2, 3, 2], [3, 4, 1]]);
});

Deno.test("findWords() leaves out truncated words", () => {
  assertEquals(spans([11, 11, 12, 14], true), [[3, 4, 2], [4, 5, 1]]);
  assertEquals(spans([12, 14, 15], false, true), [[1, 2, 1]]);
  // Cut between words: nothing is lost.
  assertEquals(spans([12, 14], true, false), [[1, 2, 2], [2, 3, 1]]);
  assertEquals(spans([11, 11], true), []);
});

Deno.test("findWords() starts a word at a segment that begins with a continuation piece", () => {
  assertEquals(spans([11, 12]), [[1, 2, 2], [2, 3, 1]]);
});

Deno.test("findWords() does not cross segments", () => {
  const words = findWords(
    Uint32Array.from([2, 10, 12, 3, 13, 14, 3]),
    [
      { start: 1, end: 3, cutsFirstWord: false, cutsLastWord: false },
      { start: 4, end: 6, cutsFirstWord: true, cutsLastWord: false },
    ],
    STARTS,
  );
  assertEquals([...words.starts.subarray(0, words.count)], [1, 2, 5]);
  assertEquals([...words.following.subarray(0, words.count)], [2, 1, 1]);
});
