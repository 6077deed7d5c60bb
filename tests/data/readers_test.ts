import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  detectFormat,
  linesOf,
  readDocuments,
  type ReadOptions,
} from "../../src/data/readers/mod.ts";
import { firstInvalidUtf8 } from "../../src/data/readers/lines.ts";
import { MAX_DOCUMENT_LENGTH } from "../../src/data/readers/text_document.ts";

/** The bytes of a text in chunks of a given size. */
async function* chunks(content: string | Uint8Array, size = 7): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  for (let i = 0; i < bytes.length; i += size) {
    yield bytes.subarray(i, i + size);
    await Promise.resolve();
  }
}

const read = async (text: string, options?: ReadOptions, size?: number) =>
  (await Array.fromAsync(readDocuments(chunks(text, size), "f", options)))
    .map(({ blocks, sentences, source }) => ({ blocks: [...blocks], sentences, source }));
const blocks = async (text: string, options?: ReadOptions) =>
  (await read(text, options)).map((document) => document.blocks);
const lines = async (content: string | Uint8Array, size?: number) =>
  (await Array.fromAsync(linesOf(chunks(content, size), "dir/f.txt"))).flat();

Deno.test("linesOf() returns the same lines for any chunks, with CRLF and a byte order mark", async () => {
  const text = "\uFEFFeins\r\nzwei ü 中 😀\n\nvier\u2028fünf\nlast";
  for (const size of [1, 2, 3, 5, 1000]) {
    assertEquals(await lines(text, size), ["eins", "zwei ü 中 😀", "", "vier\u2028fünf", "last"]);
  }
  assertEquals(await lines("a\n"), ["a"]);
  assertEquals(await lines(""), []);
});

Deno.test("linesOf() names file, byte and offset of invalid UTF-8", async () => {
  const good = new TextEncoder().encode("häuser\n".repeat(100));
  const latin1 = new Uint8Array([...good, 0x68, 0xe4, 0x75, 0x0a]);
  for (const size of [1, 64, 5000]) {
    await assertRejects(
      () => lines(latin1, size),
      SyntaxError,
      `Cannot read dir/f.txt: byte 0xE4 at offset ${good.length + 1} is not valid UTF-8`,
    );
  }
  // Cut short within the last character.
  await assertRejects(() => lines(good.slice(0, 2)), SyntaxError, "byte 0xC3 at offset 1");
  await assertRejects(() => lines(new Uint8Array([0xff, 0xfe, 65, 0])), SyntaxError, "UTF-16");
});

Deno.test("firstInvalidUtf8() agrees with TextDecoder on every pair and many longer sequences", () => {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  const valid = (bytes: Uint8Array) => {
    try {
      decoder.decode(bytes);
      return true;
    } catch {
      return false;
    }
  };
  for (let a = 0; a < 256; a++) {
    for (let b = 0; b < 256; b++) {
      const pair = Uint8Array.of(a, b);
      assertEquals(firstInvalidUtf8(pair) === 2, valid(pair), `${a} ${b}`);
      if (a >= 0xe0) {
        for (const c of [0x00, 0x7f, 0x80, 0xbf, 0xc0]) {
          for (const bytes of [Uint8Array.of(a, b, c), Uint8Array.of(a, b, c, 0x80)]) {
            assertEquals(firstInvalidUtf8(bytes) === bytes.length, valid(bytes), `${bytes}`);
          }
        }
      }
    }
  }
});

const PARAGRAPHS = `CHAPTER I
It was a long day, and nobody knew why the clocks had stopped in the middle of the afternoon, all of them at once, as if by order.

"Stop!" he said. She walked away, for she had not heard him, and the road was long, and the evening came down on it like a lid.
`;

Deno.test("plain text is one document; blank lines and unwrapped lines separate paragraphs", async () => {
  const [document, ...more] = await read(PARAGRAPHS);
  assertEquals(more, []);
  assertEquals([document.sentences, document.source, document.blocks.length], [false, "f", 3]);
  assertEquals(document.blocks[0], "CHAPTER I");
});

Deno.test("lines wrapped at a width are joined", async () => {
  const wrapped =
    "It was a long day, and nobody knew\nwhy the clocks had stopped.\n\nThen they\nran on.\n";
  assertEquals(await blocks(wrapped), [[
    "It was a long day, and nobody knew why the clocks had stopped.",
    "Then they ran on.",
  ]]);
});

const SENTENCES = `The first sentence stands here.
"Here is another!" he said.

A second document begins. 
It has three lines.
Is that all?

`;

Deno.test("one sentence per line is detected; blank lines separate documents", async () => {
  assertEquals(await read(SENTENCES), [
    {
      blocks: ["The first sentence stands here.", '"Here is another!" he said.'],
      sentences: true,
      source: "f:1",
    },
    {
      blocks: ["A second document begins.", "It has three lines.", "Is that all?"],
      sentences: true,
      source: "f:4",
    },
  ]);
  const one = await read(SENTENCES, { format: "paragraphs" });
  assertEquals([one.length, one[0].sentences], [1, false]);
});

Deno.test("WikiExtractor's blocks are documents without their title line", async () => {
  const text = `<doc id="1" url="?curid=1" title="Tom &amp; Jerry">
Tom & Jerry

A cartoon.
It is old.
</doc>
<doc id="2" url="?curid=2" title="Nothing">
Nothing


</doc>
`;
  assertEquals(await blocks(text), [["A cartoon.", "It is old."], []]);
  assertEquals((await read(text))[0].source, "f:1 Tom &amp; Jerry");
  await assertRejects(
    () => blocks(text.slice(0, 90)),
    SyntaxError,
    "the <doc> of line 1 is not closed",
  );
  await assertRejects(() => blocks(text + "stray\n"), SyntaxError, "line 12 is outside");
});

Deno.test("WikiText's top headings begin documents, other headings are left out, its marks undone", async () => {
  const text =
    " \n = First = \n \n One @-@ eyed , 1 @,@ 000 and 3 @.@ 5 . \n \n = = Section = = \n \n" +
    " More text = here . \n \n = Second one = \n \n Other text . \n";
  assertEquals(await blocks(text), [
    ["One-eyed , 1,000 and 3.5 .", "More text = here ."],
    ["Other text ."],
  ]);
});

Deno.test("JSON lines are documents by their text field", async () => {
  const text =
    '{"text": "One.\\n\\nTwo.", "id": 1}\n\n{"text": ""}\n{"body": "x", "text": "Three."}\n';
  assertEquals(await blocks(text), [["One.", "Two."], [], ["Three."]]);
  assertEquals(await blocks('{"body": "x"}', { textField: "body" }), [["x"]]);
  await assertRejects(
    () => blocks(text + '{"id": 5}'),
    SyntaxError,
    'line 5 has no string "text"',
  );
  await assertRejects(() => blocks(text + "{"), SyntaxError, "line 5 is not valid JSON");
});

Deno.test("detectFormat() detects dialogue, verse and headings as paragraphs", () => {
  const dialogue = [
    '"Is she?"',
    "",
    '"Yes, Pip," said Joe.',
    "",
    '"Churchyard!" repeated my sister.',
    "",
  ];
  assertEquals(detectFormat(dialogue), { format: "paragraphs", wrapped: false });
  const verse = [
    "Shall I compare thee",
    "to a summer's day?",
    "Thou art more lovely",
    "and more temperate.",
  ];
  assertEquals(detectFormat(verse), { format: "paragraphs", wrapped: true });
  assertEquals(detectFormat([]).format, "paragraphs");
});

Deno.test("a document of any length is split between blocks without loss", async () => {
  const line = "word ".repeat(2000).trim() + ".";
  const count = Math.ceil(2.5 * MAX_DOCUMENT_LENGTH / line.length);
  async function* many() {
    for (let i = 0; i < count; i++) {
      yield new TextEncoder().encode(`${i} ${line}\n\n`);
      await Promise.resolve();
    }
  }
  const documents = await Array.fromAsync(readDocuments(many(), "f"));
  assertEquals(documents.length, 3);
  assert(documents.every(({ blocks }) => blocks.join("").length < 1.1 * MAX_DOCUMENT_LENGTH));
  const numbers = documents.flatMap(({ blocks }) => blocks.map((block) => parseInt(block)));
  assertEquals(numbers, Array.from({ length: count }, (_, i) => i));
});
