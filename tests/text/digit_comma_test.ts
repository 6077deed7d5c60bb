import { assert, assertEquals } from "@std/assert";
import { cutDigitComma, endsInDigitComma } from "../../src/text/digit_comma.ts";

Deno.test("endsInDigitComma() agrees with Python's isdigit", () => {
  for (const piece of ["9,", "▁10,", "1,2,", "٣,", "²,", "①,"]) {
    assert(endsInDigitComma(piece), piece);
  }
  for (const piece of [",", "a,", "9", "9.", "9, ", "½,", "▁,", ""]) {
    assert(!endsInDigitComma(piece), piece);
  }
});

Deno.test("cutDigitComma() removes the ▁ that the second encoding adds", () => {
  const encode = (pieces: Record<string, string[]>) => (text: string) => [...pieces[text]];
  assertEquals(cutDigitComma("▁10,", encode({ "10": ["▁10"] })), ["▁10", ","]);
  assertEquals(cutDigitComma("10,", encode({ "10": ["▁10"] })), ["10", ","]);
  assertEquals(cutDigitComma("10,", encode({ "10": ["▁", "10"] })), ["10", ","]);
  assertEquals(cutDigitComma("1,2,", encode({ "1,2": ["▁1", ",", "2"] })), ["1", ",", "2", ","]);
});
