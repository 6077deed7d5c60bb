import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  detectFormat,
  linesOf,
  readDocuments,
  type ReadOptions,
} from "../../src/data/readers/mod.ts";
import { firstInvalidUtf8 } from "../../src/data/readers/lines.ts";
import { readParagraphs } from "../../src/data/readers/plain_text.ts";
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
  const without = new Uint8Array(
    Uint16Array.from("A line.\nTwo.\n", (c) => c.charCodeAt(0)).buffer,
  );
  await assertRejects(
    () => lines(new Uint8Array(17 << 20).fill(97), 1 << 20),
    SyntaxError,
    "dir/f.txt: a line is longer than 16 MiB; divide its text, such as into a line per paragraph",
  );
  await assertRejects(
    () => lines(new TextEncoder().encode("one line\r".repeat(2 << 20)), 1 << 20),
    SyntaxError,
    "no line feed; convert its line ends with: tr '\\r' '\\n' < dir/f.txt > NEW_FILE",
  );
  await assertRejects(() => lines(without), SyntaxError, "it is UTF-16 or binary, not UTF-8 text");
  assertEquals(await lines(new TextEncoder().encode("a\0b\n")), ["a\0b"]);
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

const SENTENCE_LINES: Readonly<Record<string, string>> = {
  Hindi: "यह पहला वाक्य है।\nयह दूसरा है।\n\nक्या यह तीसरा है?\nहाँ॥\n",
  Urdu: "یہ پہلا جملہ ہے۔\nیہ دوسرا ہے۔\n\nکیا یہ تیسرا ہے؟\nہاں۔\n",
  Burmese: "ဒါက ပထမ။\nဒါက ဒုတိယ။\n\nဒါက တတိယ။\nဟုတ်။\n",
  Amharic: "ዛሬ ዝናብ ነው።\nነገ ፀሐይ ነው።\n\nለምን፧\nአዎ።\n",
  Khmer: "នេះទីមួយ។\nនេះទីពីរ។\n\nនេះទីបី។\nបាទ៕\n",
  Armenian: "Սա առաջինն է։\nՍա երկրորդն է։\n\nՍա երրորդն է։\nԱյո։\n",
  Greek: "Τι ώρα είναι;\nΔεν ξέρω.\n\nΓιατί;\nΈτσι.\n",
  Georgian: "გუშინ წვიმდა.\nდღეს მზეა.\n\nხვალ?\nარ ვიცი.\n",
  Tibetan: "འདི་དང་པོ་ཡིན།\nའདི་གཉིས་པ་ཡིན།\n\nགསུམ་པ།\nབཞི་པ།\n",
  Thai: "วันนี้ฝนตก\nพรุ่งนี้แดดออก\n\nหนังสือเก่ามาก\nไม่มีใครรู้\n",
  "without marks": "the bells rang at noon\nnobody came\n\nit was late\nthen it was dark\n",
  "lower-cased": "the bells rang at noon.\nnobody came.\n\nwas it late?\nit was.\n",
};

for (const [script, text] of Object.entries(SENTENCE_LINES)) {
  Deno.test(`one sentence per line is detected in ${script} text`, async () => {
    const documents = await read(text);
    assertEquals(documents.map(({ blocks, sentences }) => [blocks.length, sentences]), [
      [2, true],
      [2, true],
    ]);
    assertEquals(
      documents.flatMap(({ blocks }) => blocks),
      text.split("\n").filter((l) => l !== ""),
    );
  });
}

Deno.test("paragraphs between blank lines are detected as documents, and read one per line if asked", async () => {
  const paragraph = (n: number) =>
    `Paragraph ${n} speaks of a river. It also speaks of ${n} ships that came into the harbor before the winter. Then it ends.`;
  const text = [1, 2, 3].map((n) => `${paragraph(n)}\n${paragraph(10 * n)}\n`).join("\n");
  const formats: string[] = [];
  const onFormat: ReadOptions["onFormat"] = ({ format }, name) =>
    formats.push(`${name}: ${format}`);
  const expected = [1, 2, 3].map((n) => [paragraph(n), paragraph(10 * n)]);
  for (const form of [text, text.toLowerCase()]) {
    const documents = await read(form, { onFormat });
    assertEquals(documents.map(({ sentences, source }) => [sentences, source]), [
      [false, "f:1"],
      [false, "f:4"],
      [false, "f:7"],
    ]);
    assertEquals(documents.map(({ blocks }) => blocks.map((b) => b[0] + b.slice(1))).length, 3);
  }
  assertEquals(await blocks(text), expected);
  assertEquals(await blocks(text, { format: "lines", onFormat }), expected.flat().map((p) => [p]));
  assertEquals(formats, ["f: documents", "f: documents", "f: lines"]);
  // Lines without blank lines may be the paragraphs of one document.
  assertEquals(await blocks(expected.flat().join("\n")), [expected.flat()]);
});

Deno.test("CSV and TSV are read with their quotes", async () => {
  const csv =
    'id,text,"a ""b"""\r\n1,"She said ""yes"", and left.\r\n\r\nHe stayed.",x\r\n\r\n2,Plain,\r\n';
  for (const text of [csv, csv.replaceAll("\r", ""), csv.replace("text", '"text"')]) {
    assertEquals(await read(text), [
      { blocks: ['She said "yes", and left.', "He stayed."], sentences: false, source: "f:2" },
      { blocks: ["Plain"], sentences: false, source: "f:6" },
    ]);
  }
  const tsv = 'text\tlabel\n"a tab\there"\t1\n5" wide, said ""no""\t0\n\t1\n';
  assertEquals(await blocks(tsv), [["a tab\there"], ['5" wide, said ""no""'], []]);
  assertEquals(await blocks("title,body\nA,B b.\n", { format: "csv", textField: "body" }), [[
    "B b.",
  ]]);
  const named = async (name: string, text: string, options?: ReadOptions) =>
    await Array.fromAsync(readDocuments(chunks(text), name, options), ({ blocks }) => blocks);
  assertEquals(await named("a.csv", "text\nOne, two.\n".replace(",", "")), [["One two."]]);
  for (
    const [text, message] of [
      [
        "title,body\nA,B\n",
        'a.csv: its columns are "title", "body", but not "text"; name the column',
      ],
      ["id,text\n1,a,b\n", "a.csv: line 2 has 3 fields, but the header has 2"],
      ['id,text\n1,"a\n2,b\n', "a.csv: the row of line 2 has a quote that is not closed"],
      ['id,text\n1,"a" b\n', "a.csv: in the row of line 2, text follows the closing quote"],
    ]
  ) await assertRejects(() => named("a.csv", text), SyntaxError, message);
});

Deno.test("JSON arrays of objects and strings are read in chunks of any size", async () => {
  const objects = [
    { id: 1, text: 'One, "two" \\ [three]\n\nFour } ü.', tags: ["a", { b: [] }] },
    { text: "" },
    { text: "Five." },
  ];
  const expected = [['One, "two" \\ [three]', "Four } ü."], [], ["Five."]];
  for (const space of [undefined, 1]) {
    for (const size of [1, 3, 7, 1000]) {
      const text = "\uFEFF" + JSON.stringify(objects, null, space) + "\n";
      assertEquals((await read(text, {}, size)).map(({ blocks }) => blocks), expected);
    }
    const strings = JSON.stringify(objects.map(({ text }) => text), null, space);
    assertEquals(await blocks(strings), expected);
  }
  assertEquals(await blocks(" [ ] "), []);
  assertEquals(await blocks('[{"body": "x"}]', { textField: "body" }), [["x"]]);
  assertEquals((await blocks("[Illustration: a ship]\nA ship.\n")).length, 1);
  for (
    const [text, message] of [
      ['[{"text": "a"}', "f: the array is not closed"],
      ['[{"text": "a"}] x', "f: text follows the end of the array"],
      ['[{"text": "a"}, {"id": 1}]', 'f: element 2 of the array has no string "text"'],
      ['[{"text": "a"} {"text": "b"}]', "f: element 1 of the array is not valid JSON"],
      ['[{"text": "a"},]', "f: element 2 of the array is not valid JSON"],
    ]
  ) await assertRejects(() => blocks(text), SyntaxError, message);
});

Deno.test("binary files are rejected by name, with the command that converts them", async () => {
  const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
  for (
    const [start, message] of [
      [
        "BZh91AY&SY\xac\n",
        "compressed with bzip2, not UTF-8 text; decompress it with: bunzip2 -k dir/f.txt",
      ],
      [
        "\xfd7zXZ\0\0\x04",
        "compressed with xz, not UTF-8 text; decompress it with: xz -dk dir/f.txt",
      ],
      ["\x28\xb5\x2f\xfd\x04", "compressed with zstd"],
      ["\x1f\x8b\x08", "compressed with gzip"],
      ["PK\x03\x04\n\0", "a zip archive"],
      ["PAR1\x15", "a Parquet file"],
      ["%PDF-1.7\n", "a PDF file"],
      ["name".padEnd(257, "\0") + "ustar\0", "a tar archive"],
    ]
  ) {
    for (const size of [1, 1000]) {
      await assertRejects(() => lines(latin1(start), size), SyntaxError, message);
    }
  }
  assertEquals(await lines("BZh is not a word."), ["BZh is not a word."]);
});

Deno.test("carriage returns end lines in files without line feeds", async () => {
  assertEquals(await lines("One.\rTwo.\r\rThree.\r", 2), ["One.", "Two.", "", "Three."]);
  assertEquals(await lines("One.\rTwo.\nThree.\rFour.", 2), ["One.\rTwo.", "Three.\rFour."]);
});

Deno.test("WikiExtractor's titles with quotes, and in JSON, are left out", async () => {
  const text =
    '<doc id="1" revid="2" url="u" title=""Old" Town">\n"Old" Town\n\nIt is old.\n</doc>\n';
  assertEquals(await blocks(text), [["It is old."]]);
  const json = { id: "1", url: "u", title: '"Old" Town', text: '"Old" Town\n\nIt is old.' };
  assertEquals(await blocks(JSON.stringify(json)), [["It is old."]]);
  assertEquals(await blocks(JSON.stringify({ ...json, title: "It" })), [[
    '"Old" Town',
    "It is old.",
  ]]);
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

Deno.test("a wrapped file without blank lines is split into documents of limited length", async () => {
  const count = Math.ceil(2.5 * MAX_DOCUMENT_LENGTH / 64);
  const text = Array.from({ length: count }, (_, i) => `${i} ${"word ".repeat(14)}`.slice(0, 64));
  const batches = async function* () {
    for (let i = 0; i < count; i += 1000) {
      await Promise.resolve();
      yield text.slice(i, i + 1000);
    }
  };
  const documents = await Array.fromAsync(readParagraphs(batches(), "f", true));
  assertEquals(documents.map(({ blocks }) => blocks.length), [1, 1, 1]);
  assert(documents.every(({ blocks }) => blocks[0].length < 1.1 * MAX_DOCUMENT_LENGTH));
  assertEquals(
    documents.flatMap(({ blocks }) => blocks).join(" "),
    text.map((line) => line.trim()).join(" "),
  );
});
