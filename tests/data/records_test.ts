// Records and rows of tables, as the commands read them from files of any size.
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { tableOf } from "../../src/benchmarks/glue/reader.ts";
import { textTaskDefinition } from "../../src/benchmarks/glue/text_task.ts";
import {
  readDocuments,
  readRecords,
  type RecordFormat,
  recordLine,
  RowReader,
  textOf,
} from "../../src/data/readers/mod.ts";

async function* bytesOf(text: string, size = text.length): AsyncGenerator<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  for (let start = 0; start < bytes.length; start += size) {
    await Promise.resolve();
    yield bytes.slice(start, start + size);
  }
}

async function rowsOf(text: string, format: RecordFormat, size?: number): Promise<unknown[][]> {
  const records = (await Array.fromAsync(readRecords(bytesOf(text, size), "f", format))).flat();
  return records.map(({ line, fields }) => [line, ...Object.values(fields)]);
}

/** TSV files with quotes, and their rows with line numbers; null if a row is lost. */
const TSV: readonly (readonly [text: string, rows: unknown[][] | null])[] = [
  // Quotes that are text: a start of speech, an inch, and a word.
  ['"Great movie\t1\nbad\t2\nhe said no"\t3', [[2, '"Great movie', "1"], [3, "bad", "2"], [
    ...[4, 'he said no"', "3"],
  ]]],
  ['"Good" film\t1\n"all good"\t2\n5" disk\t3', [[2, '"Good" film', "1"], [3, "all good", "2"], [
    ...[4, '5" disk', "3"],
  ]]],
  ['ends\t"1\n\n', [[2, "ends", '"1']]],
  ['a\t"1\n\nb\t"2\nc\t3', [[2, "a", '"1'], [4, "b", '"2'], [5, "c", "3"]]],
  // Quoted fields with delimiters, quotes and line feeds.
  ['"a\tb ""c"""\t1\n""\t2', [[2, 'a\tb "c"', "1"], [3, "", "2"]]],
  ['"one\n\ntwo"\t1\nthree\t2', [[2, "one\n\ntwo", "1"], [5, "three", "2"]]],
  ['1\t"one\n\ntwo, ""three"""\n2\tfour', [[2, "1", 'one\n\ntwo, "three"'], [5, "2", "four"]]],
  ['"one\ntwo"\t"three\nfour"', [[2, "one\ntwo", "three\nfour"]]],
  ['"one\ntwo\t1', null],
  ['"one\ntwo" more\t1', null],
];

Deno.test("quotes in TSV that do not enclose a field are text", async () => {
  for (const [body, rows] of TSV) {
    const text = `text\tlabel\n${body}`;
    for (const size of [1, 3, text.length]) {
      if (rows === null) {
        await assertRejects(() => rowsOf(text, "tsv", size), SyntaxError, "line 2");
      } else assertEquals(await rowsOf(text, "tsv", size), rows, body);
    }
    const documents = () =>
      Array.fromAsync(readDocuments(bytesOf(text), "f", { format: "tsv" }), ({ source }) => source);
    if (rows === null) await assertRejects(documents, SyntaxError, "line 2");
    else assertEquals(await documents(), rows.map(([line]) => `f:${line}`), body);
  }
  // The reader of whole files decides by the number of complete rows.
  for (const [body, rows] of TSV.slice(0, 1)) {
    const { rows: [, ...table] } = tableOf(`text\tlabel\n${body}`, true);
    assertEquals(table.map(({ line, fields }) => [line, ...fields]), rows);
  }
  assertEquals(await rowsOf('a"\t"b\n1\t2', "tsv"), [[2, "1", "2"]]);
  // With one column, a field in quotes can have several lines, also that of the header.
  assertEquals(await rowsOf('t\n"a\nb"\n"c"', "tsv"), [[2, "a\nb"], [4, "c"]]);
});

Deno.test("a quoted field of many lines, and one that is never closed, take linear time", async () => {
  const lines = 300_000;
  const field = "a line\n".repeat(lines);
  const csv = await rowsOf(`id,text\n1,"${field}"\n2,b\n`, "csv");
  assertEquals(csv, [[2, "1", field], [lines + 3, "2", "b"]]);
  const stray = tableOf(`text\tlabel\n"a\t1\n${"b\t2\n".repeat(lines)}`, true);
  assertEquals([stray.quoted, stray.rows.length], [false, lines + 2]);
  const reader = new RowReader("f", ",");
  for (let i = 0; i < lines; i++) assertEquals(reader.push(i === 0 ? '"' : "a, b"), []);
});

Deno.test("records have the integers of their files, of any size", async () => {
  const record = '{"id":1234567890123456789,"n":[-9007199254740993,1,{"m":99999999999999999999}],' +
    '"x":0.1,"s":"1234567890123456789"}';
  for (const [format, text] of [["jsonl", `${record}\n`], ["json", `[${record}]`]] as const) {
    const [[one]] = await Array.fromAsync(readRecords(bytesOf(text), "f", format));
    assertEquals(recordLine(one, {}, "f"), `${record}\n`);
    assertEquals([one.fields.id, one.fields.x], [1234567890123456789n, 0.1]);
    assertThrows(() => textOf(one, "id", "f"), SyntaxError, "a string, got 1234567890123456789");
  }
  const labels = ["1234567890123456788", "1234567890123456789"];
  const table = labels.map((label) => `{"text":"a","label":${label}}`);
  for (const [name, text] of [["f.jsonl", table.join("\n")], ["f.json", `[${table}]`]]) {
    assertEquals(textTaskDefinition(text, name).labels, labels);
  }
});

Deno.test("tables may have any number of columns, and elements of an array a limited length", async () => {
  const columns = Array.from({ length: 300_000 }, (_, i) => `c${i}`);
  const fields = columns.map((_, i) => `${i}`);
  const text = `${columns}\n${fields.slice(1)},"a\nb"\n`;
  const [[row]] = (await Array.fromAsync(readRecords(bytesOf(text), "f.csv")))
    .filter((records) => records.length > 0);
  assertEquals(Object.keys(row.fields).length, columns.length);
  assertEquals([row.fields.c0, row.fields.c299999], ["1", "a\nb"]);
  const twice = readRecords(bytesOf(`${columns},c7\n`), "f.csv");
  await assertRejects(() => twice.next(), SyntaxError, 'has the column "c7" twice');
  const piece = new TextEncoder().encode("a, b. ".repeat(100_000));
  async function* endless(): AsyncGenerator<Uint8Array> {
    yield* bytesOf('[{"text":"');
    for (;;) yield piece;
  }
  await assertRejects(
    () => readRecords(endless(), "f.json").next(),
    SyntaxError,
    "Cannot read f.json: an element of the array is longer than 64 million characters",
  );
});

Deno.test("records that are nested too deeply are rejected with their line", async () => {
  const deep = `{"text":"a","x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`;
  for (
    const [name, text, where] of [
      ["f.jsonl", `{"text":"a"}\n${deep}\n`, "line 2"],
      ["f.json", `[{"text":"a"},${deep}]`, "element 2"],
    ] as const
  ) {
    await assertRejects(
      () => Array.fromAsync(readRecords(bytesOf(text), name)),
      SyntaxError,
      `Cannot read ${name}: ${where}: its JSON is nested more than 200 levels deep`,
    );
  }
});
