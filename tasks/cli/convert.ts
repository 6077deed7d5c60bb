import { formatCount } from "../../src/json/mod.ts";
import { defineCommand } from "./command.ts";
import { logTo } from "./progress.ts";

/** `albert convert` */
export default defineCommand({
  description: "Convert a Hugging Face ALBERT or BERT folder to the layout of this toolkit.\n" +
    "Writes one model.safetensors with every known head, config.json and the tokenizer.",
  options: {
    "--from <checkpoint>": {
      kind: "string",
      help: "Folder, run folder, hf:OWNER/NAME[@REVISION], or the model of the package.",
      required: true,
    },
    "--to <folder>": {
      kind: "string",
      help: "Folder to write; it must be missing or empty.",
      required: true,
    },
    "--precision <name>": {
      kind: ["f32", "f16"],
      help: "Precision of the weights; f16 halves the size and rounds to 11 bits.",
      default: "f32",
    },
    "--max-position-embeddings <n>": {
      kind: "integer",
      help: "Interpolate the position embeddings to this number.",
      range: [1],
      defaultText: "the model's",
    },
  },
  examples: {
    "A published model": "albert convert --from hf:albert/albert-base-v2 --to models/base",
    "A folder": "albert convert --from downloads/bert --to models/bert",
    "The model of the package":
      "albert convert --from albert-mini-books --to models/mini --precision f16",
  },
  action: async (flags) => {
    const { convertFolder } = await import("../../src/train/disk.ts");
    const { checkpointFolder } = await import("./open_checkpoint.ts");
    const { from, to } = flags;
    const log = logTo(flags);
    const folder = await checkpointFolder(from, flags);
    const report = await convertFolder(folder, to, {
      source: from,
      positions: flags.maxPositionEmbeddings,
      precision: flags.precision,
    });
    if (flags.json) return console.log(JSON.stringify({ folder: to, ...report }));
    const parameters = formatCount(report.parameters);
    const heads = report.heads.join(", ") || "none";
    console.log(`${to}: ${report.architecture}, ${parameters} parameters, heads: ${heads}`);
    if (report.unused.length > 0) {
      log(`unexpected tensors, not converted: ${report.unused.join(", ")}`);
    }
    report.unwritten.forEach(log);
    if (!report.tokenizer) log(`${from} has no vocabulary, so ${to} has none`);
  },
});
