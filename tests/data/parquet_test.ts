import { assertEquals, assertRejects } from "@std/assert";
import { type ColumnSource, parquetWriteBuffer } from "hyparquet-writer";
import { loadTextData } from "../../src/benchmarks/glue/disk.ts";
import { readSquadFile } from "../../src/benchmarks/squad/disk.ts";
import {
  expandInputs,
  previewFile,
  readPiece,
  recordsIn,
  textPieces,
} from "../../src/data/disk/mod.ts";
import { documentsIn } from "../../src/data/disk/documents.ts";
import { openParquet, readParquet, recordLine, type TextDocument } from "../../src/data/mod.ts";

const TEXTS = ["One here. Two 🎉.\nThree.", null, "", "Fünf sind hier.", "दो वाक्य हैं।"];

function fileOf(columnData: ColumnSource[], more: object = {}): ArrayBuffer {
  return parquetWriteBuffer({ columnData, rowGroupSize: 2, ...more });
}

function texts(more: object = {}): ArrayBuffer {
  return fileOf([
    { name: "id", data: TEXTS.map((_, i) => i), type: "INT32" },
    { name: "text", data: TEXTS, type: "STRING", nullable: true },
  ], more);
}

async function withFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function write(path: string, content: ArrayBuffer): Promise<void> {
  return Deno.writeFile(path, new Uint8Array(content));
}

Deno.test("readParquet() reads one document per row, over groups of rows and compressions", async () => {
  for (const codec of ["UNCOMPRESSED", "SNAPPY"]) {
    const documents = await Array.fromAsync(readParquet(texts({ codec }), "t.parquet", "text"));
    assertEquals(documents.map(({ blocks }) => blocks), [
      ["One here. Two 🎉.", "Three."],
      [],
      [],
      ["Fünf sind hier."],
      ["दो वाक्य हैं।"],
    ]);
    assertEquals(documents[3].source, "t.parquet:[3]");
  }
});

Deno.test("a Parquet file is an input of prepare and vocab train under any name", async () => {
  await withFolder(async (folder) => {
    const path = `${folder}/part-0`;
    await write(path, texts());
    assertEquals(await expandInputs([folder]), [path]);
    const preview = await previewFile(path, {});
    assertEquals([preview.format?.format, preview.documents, preview.emptyDocuments], [
      ...["parquet", 3, 2] as const,
    ]);
    assertEquals(preview.first, ["One here.", "Two 🎉.", "Three."]);
    const [piece] = await textPieces([path], { format: "auto", textField: "text" });
    assertEquals(piece.format, "parquet");
    const lines: string[] = [];
    let bytes = 0;
    const settings = { format: "auto", textField: "text" } as const;
    await readPiece(piece, settings, (line) => lines.push(line), (count) => bytes += count);
    assertEquals(lines.length, 4);
    assertEquals(bytes > 0, true);
  });
});

Deno.test("Parquet files that cannot be read are rejected with the reason", async () => {
  const all = async (documents: AsyncIterable<TextDocument>) => {
    await Array.fromAsync(documents);
  };
  const rejects = (file: ArrayBuffer, column: string, message: string) =>
    assertRejects(() => all(readParquet(file, "t", column)), SyntaxError, message);
  await rejects(texts(), "content", 'its columns are "id", "text", but not "content"');
  await rejects(texts(), "id", 'row 0 of the column "id" is not text');
  const whole = texts();
  for (const length of [0, 4, 11, 100, whole.byteLength - 5]) {
    await rejects(whole.slice(0, length), "text", "Cannot read t: its Parquet data is damaged");
  }
  const header = new Uint8Array(whole.slice(0));
  header.fill(0xff, 4, 60);
  await rejects(header.buffer, "text", "Cannot read t: its Parquet data is damaged");
  const latin = fileOf([{
    name: "text",
    data: [new Uint8Array([0x66, 0xfc])],
    type: "BYTE_ARRAY",
  }]);
  await rejects(latin, "text", "Cannot read t: a text is not valid UTF-8");
  await withFolder(async (folder) => {
    await write(`${folder}/a.parquet`, whole);
    await Deno.writeTextFile(`${folder}/b`, "plain text");
    const read = (name: string, format: "lines" | "parquet") =>
      all(documentsIn(`${folder}/${name}`, { format }));
    await assertRejects(() => read("a.parquet", "lines"), SyntaxError, "it is a Parquet file");
    await assertRejects(() => read("b", "parquet"), SyntaxError, "begins with PAR1");
  });
});

Deno.test("own classes are read from Parquet files, with the names of Hugging Face's labels", async () => {
  await withFolder(async (folder) => {
    const names = ["bad", "good"];
    const features = { text: { dtype: "string" }, label: { names, _type: "ClassLabel" } };
    const value = JSON.stringify({ info: { features } });
    const rows = (data: string[], labels: bigint[]) =>
      fileOf([{ name: "text", data, type: "STRING" }, { name: "label", data: labels }], {
        kvMetadata: [{ key: "huggingface", value }],
      });
    await write(`${folder}/train.parquet`, rows(['a "quoted"\ttext', '"b"', "c"], [1n, 0n, 1n]));
    await write(`${folder}/dev.parquet`, rows(["d"], [0n]));
    const log: string[] = [];
    const data = await loadTextData(folder, { devFraction: 0.5, log: (line) => log.push(line) });
    assertEquals(data.definition.labels, names);
    assertEquals(data.train.map(({ texts, label }) => [...texts, label]), [
      ['a "quoted" text', 1],
      ['"b"', 0],
      ["c", 1],
    ]);
    assertEquals(data.heldOut[0].rows.map(({ label }) => label), [0]);
    assertEquals(log, []);
    const table = await openParquet(rows(["x"], [1n]), "t");
    assertEquals([table.classes("label"), table.classes("text")], [names, null]);
  });
});

Deno.test("rows of Parquet files without a class are skipped, with and without names of classes", async () => {
  await withFolder(async (folder) => {
    const features = { label: { names: ["no", "yes"], _type: "ClassLabel" } };
    const value = JSON.stringify({ info: { features } });
    const named = { kvMetadata: [{ key: "huggingface", value }] };
    const rows = (text: string, labels: (number | null)[], more = {}) => {
      const data = labels.map((_, i) => `${text} ${i}`);
      return fileOf([
        { name: "text", data, type: "STRING" },
        { name: "label", data: labels, type: "INT32", nullable: true },
      ], more);
    };
    const path = `${folder}/train.parquet`;
    const load = async () => {
      const log: string[] = [];
      const options = { devFraction: 0.5, log: (line: string) => log.push(line) };
      const { definition, train } = await loadTextData(folder, options);
      return [definition.labels, train.map(({ label }) => label), log];
    };
    await write(`${folder}/dev.parquet`, rows("dev", [1], named));
    await write(path, rows("train", [1, null, 0, -1, 1], named));
    assertEquals(await load(), [
      ["no", "yes"],
      [1, 0, 1],
      [`${path}: 2 rows without a label skipped (line 3, 5)`],
    ]);
    // Without names, -1 is a class like any other.
    await write(`${folder}/dev.parquet`, rows("dev", [1]));
    await write(path, rows("train", [1, null, -1, 1]));
    assertEquals(await load(), [
      ["-1", "1"],
      [1, 0, 1],
      [`${path}: 1 row without a label skipped (line 3)`],
    ]);
  });
});

Deno.test("lists of labels are read from Parquet files, with and without names of classes", async () => {
  await withFolder(async (folder) => {
    const rows = (word: string, labels: (string | number)[][], more = {}) =>
      fileOf([
        { name: "text", data: labels.map((_, i) => `${word} ${i}`), type: "STRING" },
        { name: "labels", data: labels },
      ], more);
    const load = async (): Promise<unknown[]> => {
      const { definition, train } = await loadTextData(folder, { devFraction: 0.5, log() {} });
      return [definition.labels, definition.multiLabel, train.map(({ labels }) => labels)];
    };
    const expected = [["a", "b, c"], true, [[0, 1], [], [1]]];
    await write(`${folder}/dev.parquet`, rows("dev", [["a"]]));
    await write(`${folder}/train.parquet`, rows("train", [["b, c", "a"], [], ["b, c"]]));
    assertEquals(await load(), expected);
    const feature = { names: ["b, c", "a"], _type: "ClassLabel" };
    const value = JSON.stringify({ info: { features: { labels: { feature, _type: "List" } } } });
    const named = { kvMetadata: [{ key: "huggingface", value }] };
    await write(`${folder}/dev.parquet`, rows("dev", [[1]], named));
    await write(`${folder}/train.parquet`, rows("train", [[0, 1], [], [0]], named));
    assertEquals(await load(), expected);
  });
});

Deno.test("questions are read from Parquet files in the form of Hugging Face's data sets", async () => {
  await withFolder(async (folder) => {
    const context = "Ada Lind kept the lamp.";
    const answers = [{ text: ["Ada Lind"], answer_start: [0] }, { text: [], answer_start: [] }];
    const file = fileOf([
      { name: "id", data: ["a", "b"], type: "STRING" },
      { name: "context", data: [context, context], type: "STRING" },
      { name: "question", data: ["Who?", "Why?"], type: "STRING" },
      { name: "answers", data: answers },
    ]);
    await write(`${folder}/q.parquet`, file);
    const { version, questions } = await readSquadFile(`${folder}/q.parquet`, { log() {} });
    assertEquals(version, "2.0");
    assertEquals(questions.map(({ answers }) => answers), [[{ text: "Ada Lind", start: 0 }], []]);
  });
});

Deno.test("recordsIn() reads rows of a Parquet file with any name, with 64-bit integers as numbers if they are exact", () =>
  withFolder(async (folder) => {
    const data = [1n, 2n ** 40n, 2n ** 62n + 1n];
    const table = fileOf([
      { name: "id", data, type: "INT64" },
      { name: "text", data: ["a", "Fünf", "c"], type: "STRING" },
    ]);
    await write(`${folder}/rows`, table);
    const records = (await Array.fromAsync(recordsIn(`${folder}/rows`))).flat();
    assertEquals(records.map(({ line, fields }) => [line, fields.id, fields.text]), [
      [1, 1, "a"],
      [2, 2 ** 40, "Fünf"],
      [3, 2n ** 62n + 1n, "c"],
    ]);
    assertEquals(
      recordLine(records[2], { n: 1 }, "rows"),
      '{"id":4611686018427387905,"text":"c","n":1}\n',
    );
    await assertRejects(
      () => Array.fromAsync(recordsIn(`${folder}/rows`, "jsonl")),
      SyntaxError,
      "Cannot read",
    );
  }));
