import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "../support/property.ts";
import { Normalizer, readSentencePieceModel } from "../../src/text/mod.ts";
import { anyCharacter } from "./support/arbitraries.ts";
import { albertModelBytes } from "./support/vocabulary.ts";

const { normalizerSpec } = readSentencePieceModel(albertModelBytes());

Deno.test("Normalizer collapses white space and puts ▁ before the text", () => {
  const normalizer = new Normalizer({});
  assertEquals(normalizer.normalize("  two   words "), "▁two▁words");
  assertEquals(normalizer.normalize("   "), "");
  assertEquals(normalizer.normalize(""), "");
});

Deno.test("Normalizer obeys each switch of the specification", () => {
  assertEquals(new Normalizer({ addDummyPrefix: false }).normalize("a b"), "a▁b");
  assertEquals(new Normalizer({ removeExtraWhitespaces: false }).normalize(" a  b "), "▁▁a▁▁b▁");
  assertEquals(new Normalizer({ escapeWhitespaces: false }).normalize("a b"), " a b");
  const suffix = new Normalizer({}, { treatWhitespaceAsSuffix: true });
  assertEquals(suffix.normalize("a b"), "a▁b▁");
});

Deno.test("Normalizer applies the compiled rule of ALBERT's model, nmt_nfkc", () => {
  const normalizer = new Normalizer(normalizerSpec);
  // Made with Google's sentencepiece 0.2.3 on the same model.
  assertEquals(normalizer.normalize("ﬁne １２ ｶﾞ ① ㎏ ™"), "▁fine▁12▁ガ▁1▁kg▁TM");
  assertEquals(normalizer.normalize("e\u0301 e\u0301\u0327"), "▁é▁ȩ́");
  assertEquals(normalizer.normalize("a\u200bb\tc\u00a0d"), "▁a▁b▁c▁d");
  assertEquals(normalizer.normalize("\u1112\u1161\u11ab"), "▁한");
});

Deno.test("Normalizer does not change user-defined symbols, the longest first", () => {
  const normalizer = new Normalizer(normalizerSpec, { userDefinedSymbols: ["ﬁ", "ﬁ①"] });
  assertEquals(normalizer.normalize("ﬁ①① ﬁﬁ"), "▁ﬁ①1▁ﬁﬁ");
});

Deno.test("Normalizer aligns each byte with its source", () => {
  const normalizer = new Normalizer(normalizerSpec);
  const text = " ﬁ  e\u0301x ";
  const length = normalizer.run(new TextEncoder().encode(text), undefined, true);
  const shown = new TextDecoder().decode(normalizer.output.subarray(0, length));
  assertEquals(shown, "▁fi▁éx");
  // ▁ f i ▁ é x and the end, as bytes: the source is " ﬁ  é x " in bytes 0, 1-3, 4, 5, 6-8, 9, 10.
  assertEquals([...normalizer.alignment.subarray(0, length + 1)], [
    ...[1, 1, 1, 1, 1],
    ...[4, 4, 4, 6, 6, 9, 10],
  ]);
});

Deno.test("Normalizer's alignment is monotonic and within the text", () => {
  const normalizer = new Normalizer(normalizerSpec, { userDefinedSymbols: ["(", "€", "ab"] });
  const unit = fc.oneof(
    fc.constantFrom(..." \t\u3000\u0301\u0327ﷺﬁab(€é\u200b"),
    anyCharacter,
  );
  fc.assert(fc.property(fc.array(unit, { maxLength: 60 }), (units) => {
    const bytes = new TextEncoder().encode(units.join(""));
    const length = normalizer.run(bytes, bytes.length, true);
    const alignment = normalizer.alignment.subarray(0, length + 1);
    assert(alignment.every((at, i) => i === 0 || at >= alignment[i - 1]));
    assert(alignment[0] >= 0 && alignment[length] <= bytes.length);
  }));
});

Deno.test("Normalizer rejects an invalid charsmap", () => {
  const broken = new Uint8Array([255, 0, 0, 0, 1, 2, 3, 4]);
  assertThrows(
    () => new Normalizer({ precompiledCharsmap: broken }),
    SyntaxError,
    "precompiled_charsmap",
  );
});
