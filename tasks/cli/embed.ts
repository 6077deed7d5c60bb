import { RECORD_FORMATS } from "../../src/data/readers/records.ts";
import { SHIPPED_MODEL } from "../../src/weights/shipped/name.ts";
import { defineCommand } from "./command.ts";
import type { Flags, OptionTable } from "./options.ts";

const OPTIONS = {
  "--checkpoint <folder>": {
    kind: "string",
    aliases: ["model-name-or-path"],
    help: "Model folder, run folder, hf:OWNER/NAME[@REVISION], or the model of the package.",
    default: SHIPPED_MODEL,
  },
  "--input <file...>": {
    kind: "strings",
    help: "Files with one text per line, JSON lines, CSV, TSV or Parquet; - is standard input.",
    defaultText: "standard input",
  },
  "--format <name>": {
    kind: RECORD_FORMATS,
    help: "Format of the input.",
    defaultText: "by the name of each file, else lines",
  },
  "--text-field <name>": {
    kind: "string",
    help: "Field or column with the text.",
    default: "text",
  },
  "--output <file>": {
    kind: "string",
    help: "File to write: .jsonl, .npy or .safetensors.",
    defaultText: "JSON lines on standard output",
  },
  "--pooling <name>": {
    kind: ["mean", "cls"],
    help: "Mean of all tokens, or the state of [CLS].",
    defaultText: "the model's, else mean",
  },
  "--normalize <true|false>": {
    kind: "boolean",
    help: "Scale each vector to length 1.",
    defaultText: "the model's, else true",
  },
  "--max-seq-length <n>": {
    kind: "integer",
    help: "Tokens per text; the rest is cut.",
    range: [3],
    defaultText: "the model's",
  },
  "--batch-size <n>": {
    kind: "integer",
    help: "Texts on the device at once.",
    range: [1],
    default: 32,
  },
} as const satisfies OptionTable;

/** Flags of `albert embed`. */
export type EmbedFlags = Flags<typeof OPTIONS>;

/** `albert embed` */
export default defineCommand({
  description: "Compute sentence embeddings, one vector per text.\n" +
    "Texts are arguments, lines of standard input, or records of --input; other fields of a\n" +
    "record are kept in JSON lines. Results are written while the input is read.",
  arguments: "[text...]",
  options: OPTIONS,
  examples: {
    "Two sentences":
      "albert embed --checkpoint hf:sentence-transformers/all-MiniLM-L6-v2 'A cat.' 'A dog.'",
    "A file for NumPy":
      "albert embed --checkpoint runs/books --input texts.jsonl --output texts.npy",
  },
  action: async (flags, ...texts) => (await import("./embed_run.ts")).embed(flags, texts),
});
