import { assert, assertEquals } from "@std/assert";
import fc from "../support/property.ts";
import { ALBERT_CLEANING, AlbertCleaner, NO_CLEANING } from "../../src/text/mod.ts";
import { hasCombiningClass } from "../../src/text/combining_class.ts";
import { anyCharacter } from "./support/arbitraries.ts";

/** The clean-up as ALBERT's Python has it, word for word. */
function reference(text: string): string {
  // deno-lint-ignore no-control-regex
  const space = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/;
  return [
    ...text.toWellFormed().split(space).filter((word) => word !== "").join(" ")
      .replaceAll("``", '"').replaceAll("''", '"').normalize("NFKD"),
  ].filter((character) => !hasCombiningClass(character)).join("").toLowerCase();
}

Deno.test("AlbertCleaner agrees with ALBERT's Python code", () => {
  const cleaner = new AlbertCleaner();
  assertEquals(cleaner.clean("  Héllo,\t ``Wörld''\n"), 'hello, "world"');
  assertEquals(cleaner.clean("ΣΟΦΟΣ Σ ΑΣΑ"), "σοφος σ ασα");
  assertEquals(cleaner.clean("İstanbul ẞ ﬁ ½ Å"), "istanbul ß fi 1⁄2 a");
  assertEquals(cleaner.clean("\u0301 x"), " x");
  assertEquals(cleaner.clean("\ud55c"), "\u1112\u1161\u11ab");
});

Deno.test("AlbertCleaner equals a plain implementation on any text", () => {
  const cleaner = new AlbertCleaner();
  const unit = fc.oneof(
    fc.constantFrom(..." \t\u00a0`'`'ΣσΑ\u0301\u0327éﬁİ𝚺\ud800\u00ad.·"),
    anyCharacter,
  );
  fc.assert(
    fc.property(fc.array(unit, { maxLength: 40 }), (units) => {
      const text = units.join("");
      assertEquals(cleaner.clean(text), reference(text));
    }),
    { numRuns: 2000 },
  );
});

Deno.test("AlbertCleaner without steps only makes a text well-formed", () => {
  const cleaner = new AlbertCleaner(NO_CLEANING);
  assertEquals(cleaner.clean(" Ä `` ﬁ\t\ud800\0"), " Ä `` ﬁ\t\ufffd\0");
});

Deno.test("AlbertCleaner applies each step separately", () => {
  const only = (step: Partial<typeof NO_CLEANING>) =>
    new AlbertCleaner({ ...NO_CLEANING, ...step });
  assertEquals(only({ foldWhitespace: true }).clean("  É ''\n"), "É ''");
  assertEquals(only({ replaceQuotes: true }).clean(" É '''"), " É \"'");
  assertEquals(only({ stripAccents: true }).clean(" Éﬁ"), " Efi");
  assertEquals(only({ lowerCase: true }).clean(" ÉİΣ"), " éi̇ς");
});

Deno.test("AlbertCleaner aligns each byte with the UTF-16 unit it comes from", () => {
  const cleaner = new AlbertCleaner(ALBERT_CLEANING);
  const text = "  É ``\n😀ﬁ ";
  const length = cleaner.run(text, true);
  assertEquals(new TextDecoder().decode(cleaner.output.subarray(0, length)), 'e " 😀fi');
  assertEquals([...cleaner.alignment.subarray(0, length + 1)], [
    ...[2, 3, 4, 6, 7, 7, 7, 7, 9, 9],
    10,
  ]);
});

Deno.test("hasCombiningClass() distinguishes marks of class 0 from others", () => {
  // Class 230, 202, 1, 9 (virama), 7, 240; and marks of class 0: vowel signs, an enclosing circle.
  for (const mark of ["\u0301", "\u0327", "\u0334", "\u094d", "\u093c", "\u0345"]) {
    assert(hasCombiningClass(mark), mark);
  }
  for (const other of ["\u093e", "\u0941", "\u20dd", "a", " "]) {
    assert(!hasCombiningClass(other), other);
  }
});
