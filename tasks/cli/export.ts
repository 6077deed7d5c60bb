import { formatBytes } from "../../src/json/mod.ts";
import { ONNX_PRECISIONS, ONNX_TASKS } from "../../src/onnx/names.ts";
import { defineCommand, defineGroup } from "./command.ts";
import { UsageError } from "./errors.ts";
import { logTo } from "./progress.ts";

const onnx = defineCommand({
  description: "Export a model to ONNX, for onnxruntime and transformers.js.\n" +
    "Writes onnx/model.onnx, config.json, the tokenizer and a model card.",
  options: {
    "--checkpoint <checkpoint>": {
      kind: "string",
      aliases: ["model-name-or-path"],
      help: "Folder, run folder, hf:OWNER/NAME[@REVISION], or the model of the package.",
      required: true,
    },
    "--output <folder>": {
      kind: "string",
      help: "Folder to write; it must be missing or empty.",
      required: true,
    },
    "--task <name>": {
      kind: ONNX_TASKS,
      help: "Task of the exported model.",
      defaultText: "the task of the checkpoint",
    },
    "--precision <names...>": {
      kind: "strings",
      help: `Precisions, one file each: ${ONNX_PRECISIONS.join(", ")}.`,
      defaultText: "f32",
    },
  },
  examples: {
    "A fine-tuned model":
      "albert export onnx --checkpoint runs/sst2 --output models/sst2-onnx --precision f32 int8",
    "A published model":
      "albert export onnx --checkpoint hf:albert/albert-base-v2 --output models/base-onnx",
  },
  action: async (flags) => {
    const precisions = precisionsOf(flags.precision);
    const { exportOnnx } = await import("../../src/train/disk.ts");
    const { checkpointFolder } = await import("./open_checkpoint.ts");
    const { checkpoint, output, task } = flags;
    const folder = await checkpointFolder(checkpoint, flags);
    const report = await exportOnnx(folder, output, { task, precisions, source: checkpoint });
    if (flags.json) return console.log(JSON.stringify({ folder: output, ...report }));
    console.log(`${output}: ${report.architecture} for ${report.task}`);
    for (const [name, bytes] of Object.entries(report.files)) {
      console.log(`  ${name}  ${formatBytes(bytes)}`);
    }
    report.unwritten.forEach(logTo(flags));
  },
});

function precisionsOf(names: readonly string[] = ["f32"]) {
  return [...new Set(names)].map((name) => {
    const known = ONNX_PRECISIONS.find((precision) => precision === name);
    if (known !== undefined) return known;
    throw new UsageError(
      `--precision must be one or more of ${ONNX_PRECISIONS.join(", ")} (got ${name})`,
    );
  });
}

/** `albert export` */
export default defineGroup("Export a model to the format of another library.", { onnx });
