// Parsing the paper's cells.
import { assertEquals } from "@std/assert";
import { paperNumbers } from "../../../tasks/paper/mod.ts";

Deno.test("paperNumbers() parses the numbers of a cell", () => {
  assertEquals(paperNumbers("89.3/82.3"), [89.3, 82.3]);
  assertEquals(paperNumbers("81.6"), [81.6]);
  assertEquals(paperNumbers("12M"), [12_000_000]);
  assertEquals(paperNumbers("5.6x"), [5.6]);
  assertEquals(paperNumbers("34h"), [34]);
  assertEquals(paperNumbers("400k"), [400_000]);
  assertEquals(paperNumbers("86.5 (89.0/85.5)"), [86.5, 89, 85.5]);
  assertEquals(paperNumbers("1e-5"), [0.00001]);
  assertEquals(paperNumbers("20,935"), [20_935]);
});

Deno.test("paperNumbers() finds no number in words", () => {
  assertEquals(paperNumbers("all-shared"), []);
  assertEquals(paperNumbers("-"), []);
});
