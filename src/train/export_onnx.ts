/**
 * Exports a Hugging Face folder to ONNX in the layout that transformers.js and Optimum load. Requires Deno's file access.
 *
 * @module
 */
import { atomicWriteFile } from "../files/mod.ts";
import {
  ConfigError,
  configToJson,
  matchTensors,
  type ModelConfig,
  type ParameterSpec,
  transformersClass,
} from "../model/mod.ts";
import {
  type EncodedModel,
  encodeOnnx,
  ONNX_TASKS,
  onnxClass,
  type OnnxPrecision,
  onnxSpecs,
  type OnnxTask,
} from "../onnx/mod.ts";
import { type Tokenizer, withMaxLength } from "../text/mod.ts";
import { type Safetensors, toFloat32 } from "../weights/mod.ts";
import { tokenizerOf } from "./convert.ts";
import { encoderParts, headsOf, savedClass } from "./convert_heads.ts";
import { readModelFolder } from "./model_folder.ts";
import { nameErrors } from "./name_errors.ts";
import { checkNewFolder, writeNewFolder } from "./new_folder.ts";

/** Files by precision, with the names that transformers.js has for its `dtype` (fp32, fp16 and q8). */
export const ONNX_FILES: Readonly<Record<OnnxPrecision, string>> = {
  f32: "onnx/model.onnx",
  f16: "onnx/model_fp16.onnx",
  int8: "onnx/model_quantized.onnx",
};

/** What to export. */
export interface OnnxExportOptions {
  /** What the models compute; by default what the class in config.json does. */
  readonly task?: OnnxTask;
  /** Precisions, one file each; default `f32`. */
  readonly precisions?: readonly OnnxPrecision[];
  /** Origin of the model, for the model card; the folder by default. */
  readonly source?: string;
}

/** Result of {@linkcode exportOnnx}. */
export interface OnnxExportReport {
  /** What the models compute. */
  readonly task: OnnxTask;
  /** Hugging Face class of the new folder. */
  readonly architecture: string;
  /** Sizes of the model files in bytes, by name. */
  readonly files: Readonly<Record<string, number>>;
  /** Tokenizer files that are missing, with the reason. */
  readonly unwritten: readonly string[];
}

/**
 * Writes ONNX files, config.json, the tokenizer and a model card.
 *
 * @param from the folder of an ALBERT or BERT model
 * @param to a folder that does not exist or is empty; it appears when it is complete
 * @throws {ConfigError} if a file is invalid, the weights lack the head of the task, or a weight does not fit in the precision
 */
export async function exportOnnx(
  from: string,
  to: string,
  { task: given, precisions = ["f32"], source = from }: OnnxExportOptions = {},
): Promise<OnnxExportReport> {
  await checkNewFolder(to);
  const { config, weights } = await readModelFolder(from);
  const tokenizer = await tokenizerOf(from, config);
  const named = <T>(read: () => T) => nameErrors(from, [ConfigError, TypeError, RangeError], read);
  const task = named(() => taskOf(config, weights, given));
  const { values, labels, pooler } = named(() => parametersOf(config, weights, task));
  if (task === "squad-v2" && tokenizer === null) {
    throw new ConfigError(`${from}: the task squad-v2 needs the tokenizer, which is missing`);
  }
  const encoded = named(() =>
    precisions.map((precision) => ({
      name: ONNX_FILES[precision],
      model: encodeOnnx({
        config,
        task,
        labels,
        pooler,
        precision,
        values,
        ...(task === "squad-v2" && { separator: tokenizer!.specialIds.sep }),
      }),
    }))
  );
  const architecture = onnxClass(config, task);
  const report: OnnxExportReport = {
    task,
    architecture,
    files: Object.fromEntries(encoded.map(({ name, model }) => [name, model.byteLength])),
    unwritten: unwritten(tokenizer),
  };
  const card = onnxCard(source, config, report);
  await writeNewFolder(to, async (folder) => {
    await Deno.mkdir(`${folder}/onnx`);
    for (const { name, model } of encoded) {
      await atomicWriteFile(`${folder}/${name}`, inSequence(model));
    }
    const json = configToJson(config, [architecture]);
    await atomicWriteFile(`${folder}/config.json`, `${JSON.stringify(json, null, 2)}\n`);
    for (const [name, data] of tokenizerFiles(tokenizer, config)) {
      await atomicWriteFile(`${folder}/${name}`, data);
    }
    await atomicWriteFile(`${folder}/README.md`, card);
  });
  return report;
}

function taskOf(config: ModelConfig, weights: Safetensors, given?: OnnxTask): OnnxTask {
  const heads = headsOf(config, weights).map(({ head }) => head);
  const saved = savedClass(config, heads);
  const suggested = heads.includes("paper's SQuAD 2.0")
    ? "squad-v2"
    : ONNX_TASKS.find((task) => task !== "squad-v2" && onnxClass(config, task) === saved)!;
  return given ?? suggested;
}

function parametersOf(config: ModelConfig, weights: Safetensors, task: OnnxTask) {
  const labels = weights.tensors.get("classifier.weight")?.shape[0] ?? 1;
  const pooler = encoderParts(config, weights).some(({ name }) => name.includes("pooler"));
  const specs = onnxSpecs({ config, task, labels, pooler });
  const { found, missing } = matchTensors(specs, weights);
  if (missing.length > 0) {
    throw new ConfigError(
      `the weights lack tensor ${
        missing[0].name
      }, which the task ${task} needs; choose another task, or fine-tune the model first`,
    );
  }
  const byName = new Map(found.map((match) => [match.spec.name, match]));
  const values = ({ name }: ParameterSpec) => {
    const match = byName.get(name)!;
    return toFloat32(match.name, match.tensor);
  };
  return { values, labels, pooler };
}

async function* inSequence(model: EncodedModel): AsyncGenerator<Uint8Array> {
  yield* model.pieces();
}

/** The class decides whether transformers.js makes segment ids; it does not change the steps of tokenizer.json there. */
function tokenizerFiles(
  tokenizer: Tokenizer | null,
  config: ModelConfig,
): Map<string, string | Uint8Array> {
  const files = new Map(Object.entries(tokenizer?.toFiles() ?? {}));
  const name = "tokenizer_config.json";
  const settings = files.get(name);
  if (settings === undefined) return files;
  files.set(
    name,
    JSON.stringify(
      {
        ...JSON.parse(`${settings}`),
        tokenizer_class: transformersClass(config, "Tokenizer"),
      },
      null,
      2,
    ) + "\n",
  );
  return withMaxLength(files, config.maxPositionEmbeddings);
}

function unwritten(tokenizer: Tokenizer | null): string[] {
  if (tokenizer === null) return ["the model has no tokenizer, so the folder has none"];
  if ("tokenizer.json" in tokenizer.toFiles()) {
    return tokenizer.unwritten.filter((sentence) => sentence.startsWith("tokenizer.json"));
  }
  return [...tokenizer.unwritten];
}

/** Tasks for which transformers.js has a pipeline, and an example of its input. */
const PIPELINES: Readonly<Partial<Record<OnnxTask, [name: string, input: string]>>> = {
  "feature-extraction": [
    "feature-extraction",
    `"The cat sat down.", { pooling: "mean", normalize: true }`,
  ],
  "fill-mask": ["fill-mask", `"The [MASK] sat down."`],
  pretraining: ["fill-mask", `"The [MASK] sat down."`],
  "text-classification": ["text-classification", `"A charming film."`],
  "token-classification": ["token-classification", `"Ada Lovelace lived in London."`],
  "question-answering": ["question-answering", `"Who sat down?", "The cat sat down."`],
  "squad-v2": ["question-answering", `"Who sat down?", "The cat sat down."`],
};

/** The start of the snippet in the model card, apart from the name of the package, which this package does not import. */
const IMPORT = "import { env, pipeline } from";

function onnxCard(
  source: string,
  config: ModelConfig,
  { task, architecture, files }: OnnxExportReport,
): string {
  // transformers.js 4 has no class for token classification with ALBERT.
  const lacks = task === "token-classification" && config.arch === "albert";
  const pipeline = lacks ? undefined : PIPELINES[task];
  const snippet = pipeline === undefined ? "" : `
\`\`\`js
${IMPORT} "@huggingface/transformers";

env.localModelPath = "PARENT FOLDER"; // of this folder, if it is not on the hub
const run = await pipeline("${pipeline[0]}", "NAME OF THIS FOLDER");
console.log(await run(${pipeline[1]}));
\`\`\`
`;
  const rows = Object.entries(files).map(([name, bytes]) => `| ${name} | ${bytes} |`);
  return `---
library_name: transformers.js
tags: [${config.arch}, onnx]
---

# ${architecture}, ONNX

Exported from \`${source}\` for the task ${task} by [@albert-lab/albert](https://jsr.io/@albert-lab/albert).
${snippet}
| file | bytes |
| --- | --- |
${rows.join("\n")}
`;
}
