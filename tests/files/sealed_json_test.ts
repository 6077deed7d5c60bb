import { assertEquals, assertThrows } from "@std/assert";
import { parseSealed, sealedJson } from "../../src/files/mod.ts";

const VALUE = { step: 3, sum: { "a.bin": "e3" }, rate: 0.1, text: "“é”", list: [1, null], 7: true };

Deno.test("parseSealed() reads the output of sealedJson(), also with other line ends", () => {
  assertEquals(parseSealed(sealedJson(VALUE)), VALUE);
  assertEquals(parseSealed(sealedJson(VALUE).replaceAll("\n", "\r\n")), VALUE);
  assertEquals(parseSealed(sealedJson({ a: undefined, b: 1 })), { b: 1 });
});

Deno.test("parseSealed() rejects every flipped bit outside of white space", () => {
  const bytes = new TextEncoder().encode(sealedJson(VALUE));
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const changed = bytes.slice();
    changed[bit >> 3] ^= 1 << (bit & 7);
    let read: unknown;
    try {
      read = parseSealed(new TextDecoder("utf-8", { fatal: true }).decode(changed));
    } catch {
      continue;
    }
    assertEquals(read, VALUE, `bit ${bit} changes the value without an error`);
  }
});

Deno.test("parseSealed() rejects text truncated at any length", () => {
  const text = sealedJson(VALUE).trimEnd();
  for (let length = 0; length < text.length; length++) {
    assertThrows(() => parseSealed(text.slice(0, length)), SyntaxError);
  }
});

Deno.test("parseSealed() reports the cause of an error", () => {
  assertThrows(() => parseSealed("{"), SyntaxError, "it is not valid JSON");
  assertThrows(() => parseSealed("[]"), SyntaxError, "it is not a JSON object");
  assertThrows(() => parseSealed("{}"), SyntaxError, "it has no checksum");
  const changed = sealedJson(VALUE).replace('"step": 3', '"step": 4');
  assertThrows(() => parseSealed(changed), SyntaxError, "its checksum does not match its content");
});
