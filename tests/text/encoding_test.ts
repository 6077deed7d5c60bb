import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../support/property.ts";
import { layOutPair } from "../../src/text/encoding.ts";
import type { Segmentation, Truncation } from "../../src/text/mod.ts";

const IDS = { cls: 2, sep: 3, pad: 0 };

/** `count` pieces with ids from `first` on, one character each. */
function segmentation(count: number, first: number): Segmentation {
  const places = Array.from({ length: count }, (_, i) => i);
  return {
    ids: Int32Array.from(places, (i) => first + i),
    tokens: places.map((i) => `t${i}`),
    offsets: places.map((i) => [i, i + 1]),
  };
}

Deno.test("layOutPair() builds [CLS] A [SEP] from one text", () => {
  assertEquals(layOutPair(segmentation(2, 10), undefined, IDS, { maxLength: 6, pad: true }), {
    ids: [2, 10, 11, 3, 0, 0],
    typeIds: [0, 0, 0, 0, 0, 0],
    attentionMask: [1, 1, 1, 1, 0, 0],
    segments: [null, 0, 0, null, null, null],
    offsets: [[0, 0], [0, 1], [1, 2], [0, 0], [0, 0], [0, 0]],
  });
});

Deno.test("layOutPair() builds [CLS] A [SEP] B [SEP] from two texts", () => {
  const pair = layOutPair(segmentation(1, 10), segmentation(2, 20), IDS);
  assertEquals(pair.ids, [2, 10, 3, 20, 21, 3]);
  assertEquals(pair.typeIds, [0, 0, 0, 1, 1, 1]);
  assertEquals(pair.segments, [null, 0, null, 1, 1, null]);
  assertEquals(pair.offsets, [[0, 0], [0, 1], [0, 0], [0, 1], [1, 2], [0, 0]]);
});

Deno.test("layOutPair() truncates the text that the option selects, at its end", () => {
  const lengths = (truncation: Truncation, a: number, b: number, maxLength: number) => {
    const pair = layOutPair(segmentation(a, 10), segmentation(b, 50), IDS, {
      maxLength,
      truncation,
    });
    return [0, 1].map((segment) => pair.segments.filter((s) => s === segment).length);
  };
  assertEquals(lengths("longest-first", 8, 3, 11), [5, 3]);
  assertEquals(lengths("longest-first", 8, 7, 11), [4, 4]);
  assertEquals(lengths("longest-first", 7, 8, 10), [4, 3]);
  assertEquals(lengths("only-first", 8, 3, 11), [5, 3]);
  assertEquals(lengths("only-second", 3, 8, 8), [3, 2]);
});

Deno.test("layOutPair() never exceeds the limit", () => {
  fc.assert(
    fc.property(fc.nat(20), fc.option(fc.nat(20)), fc.integer({ min: 3, max: 30 }), (a, b, max) => {
      const second = b === null ? undefined : segmentation(b, 50);
      const pair = layOutPair(segmentation(a, 10), second, IDS, { maxLength: max });
      const all = a + (b ?? 0) + (b === null ? 2 : 3);
      assert(pair.ids.length === Math.min(all, max));
    }),
  );
});

Deno.test("layOutPair() rejects a limit that cannot be met", () => {
  const a = segmentation(5, 10), b = segmentation(5, 50);
  assertThrows(
    () => layOutPair(a, b, IDS, { maxLength: 2 }),
    RangeError,
    "leaves room for -1 pieces",
  );
  assertThrows(
    () => layOutPair(a, b, IDS, { maxLength: 6, truncation: "only-second" }),
    RangeError,
    "(only-second) has 5",
  );
});
