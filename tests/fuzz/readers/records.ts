/** The user's own data: records of all formats as classes of texts, tagged words, Parquet files; and the files of an embedding. */
import { parquetWriteBuffer } from "hyparquet-writer";
import { readTagged, textTaskDefinition } from "../../../src/benchmarks/mod.ts";
import { openParquet, readRecords, recordLine } from "../../../src/data/mod.ts";
import { embedSettings, readEmbeddingDefaults } from "../../../src/inference/embed.ts";
import { presetConfig } from "../../../src/model/mod.ts";
import { chance, fuzzer, pick } from "../fuzzer.ts";
import { mutateBytes } from "../mutate_bytes.ts";
import { mutateJson } from "../mutate_json.ts";
import { mutateText } from "../mutate_text.ts";

const ROWS = [
  { text: 'The cat, "sat".', label: "yes", id: 1 },
  { text: "A dog\nran.", label: "no", id: 12345678901234567890n.toString() },
];
const TABLE = 'text,label,id\n"The cat, ""sat"".",yes,1\n"A dog\nran.",no,2\n';
const FILES = {
  "a.csv": TABLE,
  "a.tsv": TABLE.replaceAll(",", "\t"),
  "a.txt": "The cat sat.\n\nA dog ran.\n",
};

/** The first line is the name of the file. */
export const records = fuzzer<string>({
  rejections: ["SyntaxError", "GlueFileError", "RecordError"],
  make: (random) => {
    const name = pick(random, ["a.csv", "a.tsv", "a.txt", "a.json", "a.jsonl"]);
    if (name === "a.json") return `${name}\n${mutateJson(random, [ROWS])}`;
    if (name !== "a.jsonl") return `${name}\n${mutateText(random, [FILES[name as "a.csv"]])}`;
    const lines = ROWS.map((row) =>
      chance(random, 50) ? mutateJson(random, [row]) : JSON.stringify(row)
    );
    return `${name}\n${lines.join("\n")}\n`;
  },
  read: async (input) => {
    const at = input.indexOf("\n"), name = input.slice(0, at), text = input.slice(at + 1);
    async function* bytes() {
      yield new TextEncoder().encode(text);
    }
    for await (const batch of readRecords(bytes(), name)) {
      for (const record of batch) JSON.parse(recordLine(record, { "new field": 1 }, name));
    }
    textTaskDefinition(text, name);
  },
});

export const conll = fuzzer<string>({
  rejections: ["RecordError"],
  make: (random) =>
    mutateText(random, [
      "-DOCSTART- -X- O\n\nAnna NNP B-PER\nlives VBZ O\nin IN O\nBasel NNP B-LOC\n\nIt PRP O\n",
      "# id = 1\n1\tAnna\tB-PER\n2\tlives\tO\n",
    ]),
  read: (text) => readTagged(text, "a.conll"),
});

const PARQUET = new Uint8Array(parquetWriteBuffer({
  columnData: [
    { name: "text", data: ["The cat sat.", "A dog ran.", "", "The cat sat."] },
    { name: "label", data: [0, 1, 1, 0], type: "INT32" },
  ],
}));

export const parquet = fuzzer<Uint8Array>({
  rejections: ["SyntaxError"],
  cost: 4,
  make: (random) => mutateBytes(random, [PARQUET]),
  read: async (bytes) => {
    const slice = (start: number, end?: number) => bytes.slice(start, end).buffer;
    const table = await openParquet({ byteLength: bytes.length, slice }, "a.parquet");
    for (const column of table.columns) table.classes(column);
    for await (const row of table.rows(table.columns)) JSON.stringify(Object.keys(row));
  },
});

const MODULE = "sentence_transformers.models";
const EMBEDDING = {
  "modules.json": [
    { idx: 0, name: "0", path: "", type: `${MODULE}.Transformer` },
    { idx: 1, name: "1", path: "1_Pooling", type: `${MODULE}.Pooling` },
    { idx: 2, name: "2", path: "2_Normalize", type: `${MODULE}.Normalize` },
  ],
  "sentence_bert_config.json": { max_seq_length: 128, do_lower_case: false },
  "config_sentence_transformers.json": { prompts: { query: "" }, default_prompt_name: "query" },
  "1_Pooling/config.json": { word_embedding_dimension: 64, pooling_mode_mean_tokens: true },
};

/** The files of a sentence-transformers model, as an object by name. */
export const embedding = fuzzer<readonly string[]>({
  rejections: ["ConfigError", "RangeError"],
  make: (random) =>
    Object.values(EMBEDDING).map((file) =>
      chance(random, 50) ? mutateJson(random, [file]) : JSON.stringify(file)
    ),
  read: async (files) => {
    const names = Object.keys(EMBEDDING);
    const config = presetConfig("nano");
    const defaults = await readEmbeddingDefaults((name) => {
      if (/^[/\\]|(^|[/\\])\.\.?([/\\]|$)/.test(name)) throw new Error(`would read ${name}\n`);
      const at = names.indexOf(name);
      return Promise.resolve(at < 0 ? null : new TextEncoder().encode(files[at]));
    }, config);
    embedSettings({}, defaults, config);
  },
});
