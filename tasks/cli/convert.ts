import { defineCommand } from "./command.ts";

/** `albert convert` */
export default defineCommand({
  description: "Convert a Hugging Face ALBERT or BERT folder to the layout of this toolkit.\n" +
    "Writes one float32 model.safetensors with every known head, config.json and the tokenizer.",
  options: {
    "--from <checkpoint>": {
      kind: "string",
      help: "Folder, run folder, or hf:OWNER/NAME[@REVISION].",
      required: true,
    },
    "--to <folder>": {
      kind: "string",
      help: "Folder to write; it must be missing or empty.",
      required: true,
    },
    "--max-position-embeddings <n>": {
      kind: "integer",
      help: "Interpolate the position embeddings to this number.",
      defaultText: "the model's",
    },
  },
  examples: {
    "A published model": "albert convert --from hf:albert/albert-base-v2 --to models/base",
    "A folder": "albert convert --from downloads/bert --to models/bert",
  },
  action: async (flags) => {
    const { convertFolder, resolveCheckpoint } = await import("../../src/train/disk.ts");
    const { downloadProgress } = await import("./open_checkpoint.ts");
    const { from, to } = flags;
    const folder = await resolveCheckpoint(from, downloadProgress(flags));
    const report = await convertFolder(folder, to, {
      source: from,
      positions: flags.maxPositionEmbeddings,
    });
    if (flags.json) return console.log(JSON.stringify({ folder: to, ...report }));
    const parameters = report.parameters.toLocaleString("en");
    const heads = report.heads.join(", ") || "none";
    console.log(`${to}: ${report.architecture}, ${parameters} parameters, heads: ${heads}`);
    if (flags.quiet) return;
    if (report.unused.length > 0) {
      console.error(`albert: unexpected tensors, not converted: ${report.unused.join(", ")}`);
    }
    for (const sentence of report.unwritten) console.error(`albert: ${sentence}`);
    if (!report.tokenizer) console.error(`albert: ${from} has no vocabulary, so ${to} has none`);
  },
});
