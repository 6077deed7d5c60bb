/**
 * Converts a Hugging Face folder to the tensor names, the precision and the files that this toolkit writes. Requires Deno's file access.
 *
 * @module
 */
import {
  checkVocabularySize,
  ConfigError,
  interpolatePositions,
  matchTensors,
  type ModelConfig,
} from "../model/mod.ts";
import { ifExists } from "../files/mod.ts";
import { loadTokenizer } from "../text/disk/mod.ts";
import type { Tokenizer } from "../text/mod.ts";
import {
  halfTensor,
  isUnrecorded,
  MODULES,
  readLocalFile,
  sentenceFiles,
  toFloat32,
  UNKNOWN_EMBEDDING,
} from "../weights/mod.ts";
import { encoderParts, headsOf, type ModelHead, savedClass } from "./convert_heads.ts";
import { readModelFolder, writeModelFolder } from "./model_folder.ts";
import { nameErrors } from "./name_errors.ts";
import { checkNewFolder, writeNewFolder } from "./new_folder.ts";

/** Options of {@linkcode convertFolder}. */
export interface ConvertOptions {
  /** Origin of the model, for the model card; the folder by default. */
  readonly source?: string;
  /** Number of positions to interpolate to, see {@linkcode interpolatePositions}; the model's by default. */
  readonly positions?: number;
  /** Precision of the new weights; float32 by default. */
  readonly precision?: "f32" | "f16";
}

/** Result of {@linkcode convertFolder}. */
export interface ConvertReport {
  /** Hugging Face class of the new folder. */
  readonly architecture: string;
  /** Heads of the new folder. */
  readonly heads: readonly ModelHead[];
  /** Number of parameters. */
  readonly parameters: number;
  /** Tensors that this toolkit does not use; they are not in the new folder. */
  readonly unused: readonly string[];
  /** Whether the folder has a vocabulary. */
  readonly tokenizer: boolean;
  /** Files that are not written or cannot express the tokenizer, with the reason. */
  readonly unwritten: readonly string[];
}

/**
 * Converts the folder of an ALBERT or BERT model to one that this toolkit and transformers load. Weights may be in one safetensors file or in shards.
 *
 * @param from the folder
 * @param to a folder that does not exist or is empty; it appears when it is complete
 * @throws {ConfigError} with the file and what is wrong with it.
 * @throws {RangeError} if a weight exceeds the range of f16.
 */
export async function convertFolder(
  from: string,
  to: string,
  { source = from, positions, precision = "f32" }: ConvertOptions = {},
): Promise<ConvertReport> {
  await checkNewFolder(to);
  const model = await readModelFolder(from);
  const tokenizer = await tokenizerOf(from, model.config);
  const named = <T>(read: () => T) => nameErrors(from, [ConfigError, TypeError], read);
  const { config, weights } = positions === undefined
    ? model
    : named(() => interpolatePositions(model, positions));
  const { found, unused, heads } = named(() => {
    const encoder = encoderParts(config, weights);
    const heads = headsOf(config, weights);
    const specs = [...encoder, ...heads.flatMap(({ specs }) => specs)];
    const { found, missing, unexpected } = matchTensors(specs, weights);
    if (missing.length > 0) throw new ConfigError(`the weights lack tensor ${missing[0].name}`);
    return { found, unused: unexpected, heads: heads.map(({ head }) => head) };
  });
  const tensors = new Map(
    found.map(({ spec, name, tensor }) => [
      spec.name,
      { shape: spec.shape, data: named(() => toFloat32(name, tensor)) },
    ]),
  );
  const embedding = await embeddingFiles(from);
  const unknown = await isUnrecorded(from, MODULES) ? [UNKNOWN_EMBEDDING] : [];
  const architecture = savedClass(config, heads);
  const report = {
    architecture,
    heads,
    parameters: [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0),
    unused,
    tokenizer: tokenizer !== null,
    unwritten: [
      ...tokenizer?.unwritten ?? [],
      ...unknown.map((reason) => `${MODULES} is not written: ${reason}`),
    ],
  };
  await writeNewFolder(to, (folder) =>
    writeModelFolder(folder, {
      config: writtenConfig(config, heads, precision),
      architecture,
      tensors: precision === "f32"
        ? tensors
        : new Map([...tensors].map(([name, tensor]) => [name, halfTensor(name, tensor)])),
      files: new Map([...Object.entries(tokenizer?.toFiles() ?? {}), ...embedding]),
      card: card(source, config, report, precision),
    }));
  return report;
}

/** Loads the tokenizer of a folder; null if it has none. @throws {ConfigError} if it has more pieces than the model */
export async function tokenizerOf(from: string, config: ModelConfig): Promise<Tokenizer | null> {
  const tokenizer = await ifExists(loadTokenizer(from));
  if (tokenizer !== null) checkVocabularySize(tokenizer, config, from);
  return tokenizer;
}

/** Returns the files of a sentence-transformers model that determine its embeddings. */
async function embeddingFiles(from: string): Promise<[string, Uint8Array][]> {
  const modules = await readLocalFile(`${from}/${MODULES}`);
  if (modules === null) return [];
  const files: [string, Uint8Array][] = [[MODULES, modules]];
  for (const name of sentenceFiles(modules)) {
    const bytes = await readLocalFile(`${from}/${name}`);
    if (bytes !== null) files.push([name, bytes]);
  }
  return files;
}

/** Hugging Face's names of the precisions. */
const DTYPES = { f32: "float32", f16: "float16" } as const;

/** The configuration with the new precision. Without a pair head, the model was not trained with a pair objective. */
function writtenConfig(
  config: ModelConfig,
  heads: readonly ModelHead[],
  precision: keyof typeof DTYPES,
): ModelConfig {
  const { torch_dtype: _, dtype: __, ...extra } = config.extra ?? {};
  const unpaired = heads.includes("masked language") && !heads.includes("pair");
  return {
    ...config,
    pairObjective: unpaired ? "none" : config.pairObjective,
    extra: { ...extra, dtype: DTYPES[precision] },
  };
}

function card(
  source: string,
  config: ModelConfig,
  { architecture, heads, parameters }: ConvertReport,
  precision: keyof typeof DTYPES,
): string {
  return `---
library_name: transformers
tags: [${config.arch}]
---

# ${architecture}, converted

Converted from \`${source}\` by [@albert-lab/albert](https://jsr.io/@albert-lab/albert); the model's license and documentation are those of its source.

| | |
| --- | --- |
| layers, hidden size, heads | ${config.numHiddenLayers}, ${config.hiddenSize}, ${config.numAttentionHeads} |
| embedding size, vocabulary | ${config.embeddingSize}, ${config.vocabSize} |
| heads kept | ${heads.join(", ") || "none"} |
| parameters | ${parameters} in ${DTYPES[precision]} |
`;
}
