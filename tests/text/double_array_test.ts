import { assertEquals } from "@std/assert";
import fc from "../support/property.ts";
import {
  buildDoubleArray,
  unitHasLeaf,
  unitLabel,
  unitOffset,
  unitValue,
} from "../../src/text/double_array.ts";

/** Every key that is a prefix of `text`, with its value. */
function prefixes(units: Uint32Array, text: Uint8Array): [length: number, value: number][] {
  const found: [number, number][] = [];
  let node = unitOffset(units[0]);
  for (let i = 0; i < text.length; i++) {
    node ^= text[i];
    const unit = units[node];
    if (unitLabel(unit) !== text[i]) break;
    node ^= unitOffset(unit);
    if (unitHasLeaf(unit)) found.push([i + 1, unitValue(units[node])]);
  }
  return found;
}

Deno.test("buildDoubleArray() finds exactly the keys that are prefixes of a text", () => {
  const text = fc.uint8Array({ min: 1, max: 255, minLength: 1, maxLength: 6 });
  const narrow = fc.uint8Array({ min: 97, max: 99, minLength: 1, maxLength: 8 });
  const keys = fc.uniqueArray(fc.oneof(text, narrow), {
    selector: (key) => key.join(),
    maxLength: 200,
  });
  fc.assert(fc.property(keys, fc.array(fc.oneof(text, narrow)), (keys, queries) => {
    const sorted = keys.toSorted(compare);
    const units = buildDoubleArray(sorted, sorted.map((_, i) => i * 7));
    for (const query of [...sorted, ...queries]) {
      const expected = sorted.flatMap((key, i) =>
        key.every((byte, at) => byte === query[at]) ? [[key.length, i * 7]] : []
      );
      assertEquals(prefixes(units, query) as number[][], expected);
    }
  }));
});

Deno.test("buildDoubleArray() accepts tens of thousands of keys, and none", () => {
  const encoder = new TextEncoder();
  const words = Array.from({ length: 30_000 }, (_, i) => (i * 7919).toString(36)).sort();
  const units = buildDoubleArray(words.map((word) => encoder.encode(word)), words.map((_, i) => i));
  words.forEach((word, i) => {
    assertEquals(prefixes(units, encoder.encode(word)).at(-1), [word.length, i]);
  });
  assertEquals(prefixes(buildDoubleArray([], []), encoder.encode("a")), []);
});

Deno.test("buildDoubleArray() has no child for NUL", () => {
  // The lowest byte determines the offset of the root's children.
  for (let byte = 1; byte < 256; byte++) {
    const units = buildDoubleArray([Uint8Array.of(byte)], [7]);
    assertEquals(prefixes(units, Uint8Array.of(0, byte)), []);
  }
});

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}
