import { assertEquals, assertRejects } from "@std/assert";
import fc from "../support/property.ts";
import { tokenizeLines } from "../../src/text/mod.ts";

/** Encodes a line as its UTF-16 units, so that nothing about it is lost. */
const units = (line: string) => Array.from({ length: line.length }, (_, i) => line.charCodeAt(i));

async function run(chunks: Uint8Array[]): Promise<string> {
  let output = "";
  for await (const text of tokenizeLines(ReadableStream.from(chunks), units)) output += text;
  return output;
}

Deno.test("tokenizeLines() ends lines at \\n only", async () => {
  const bytes = new TextEncoder().encode("a\r\n\n\u2028b\x0b\x85\n\ufeffc");
  assertEquals(await run([bytes]), "[97,13]\n[]\n[8232,98,11,133]\n[65279,99]\n");
  assertEquals(await run([]), "");
  assertEquals(await run([new TextEncoder().encode("\n")]), "[]\n");
});

Deno.test("tokenizeLines() does not depend on the chunks of its input", async () => {
  const text = fc.array(fc.constantFrom("a", "é", "😀", "\n", "\r"), { maxLength: 30 });
  const cuts = fc.array(fc.nat(100), { maxLength: 6 });
  await fc.assert(fc.asyncProperty(text, cuts, async (parts, cuts) => {
    const bytes = new TextEncoder().encode(parts.join(""));
    const borders = [0, ...cuts.map((c) => c % (bytes.length + 1)).sort((a, b) => a - b)];
    const chunks = [...borders, bytes.length].slice(1).map((end, i) =>
      bytes.slice(borders[i], end)
    );
    assertEquals(await run(chunks), await run([bytes]));
  }));
});

Deno.test("tokenizeLines() returns the valid lines before it reports an invalid one", async () => {
  const bytes = new Uint8Array([97, 10, 98, 10, 0xff, 10, 99, 10]);
  let output = "";
  await assertRejects(
    async () => {
      for await (const text of tokenizeLines(ReadableStream.from([bytes]), units)) output += text;
    },
    SyntaxError,
    "Cannot read line 3: it is not valid UTF-8",
  );
  assertEquals(output, "[97]\n[98]\n");
});
