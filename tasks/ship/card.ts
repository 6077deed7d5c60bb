/**
 * The model card, and the records it is made from.
 *
 * @module
 */
import { atomicWriteFile, ifExists } from "../../src/files/mod.ts";
import { formatCount, formatPercent } from "../../src/json/mod.ts";
import { type ModelConfig, parseConfig } from "../../src/model/mod.ts";
import { parseSafetensors, SHIPPED_MODEL } from "../../src/weights/mod.ts";
import { ROOT } from "../launch/files.ts";
import type { HeldOutFigures, Share } from "./evaluate.ts";
import { type FinetuningResult, resultsTable, SETTINGS_TEXT } from "./results_table.ts";

/** Folder of the card and its records. */
export const RECORDS = `${ROOT}/docs/models/${SHIPPED_MODEL}`;

/** A run of the training. */
export interface Stage {
  /** Command line with its settings. */
  readonly command: string;
  /** Steps done. */
  readonly steps: number;
  /** Tokens in all batches, with padding. */
  readonly tokens: number;
}

/** How the model was made. */
export interface Provenance {
  /** SHA-256 of `model.safetensors`. */
  readonly sha256: string;
  /** The runs of the training, each of which started from the one before. */
  readonly stages: readonly Stage[];
  /** Books for training and held-out books. */
  readonly books: { readonly train: number; readonly heldOut: number };
  /** Results on the held-out books. */
  readonly heldOut: HeldOutFigures;
}

/** Names of the records. */
export const RECORD_FILES = {
  card: "README.md",
  provenance: "provenance.json",
  log: "training.jsonl",
  curve: "curve.svg",
  texts: "texts.tsv",
  finetuning: "finetuning.jsonl",
} as const;

export async function writeRecord(name: keyof typeof RECORD_FILES, text: string): Promise<void> {
  await Deno.mkdir(RECORDS, { recursive: true });
  await atomicWriteFile(`${RECORDS}/${RECORD_FILES[name]}`, text);
}

/** Reads how the model of the package was made. */
export async function readProvenance(): Promise<Provenance> {
  return JSON.parse(await Deno.readTextFile(`${RECORDS}/${RECORD_FILES.provenance}`));
}

/** Reads the fine-tuning results of some weights. */
export async function readResults(
  sha256: string,
  folder: string = RECORDS,
): Promise<FinetuningResult[]> {
  const text = await ifExists(Deno.readTextFile(`${folder}/${RECORD_FILES.finetuning}`)) ?? "";
  // A part of a line, which a killed process left, is skipped.
  const lines = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  const results = lines.filter((line) => line !== "").map((line) => JSON.parse(line));
  return results.filter((result) => result.sha256 === null || result.sha256 === sha256);
}

/** Sizes of a model in a few words: `3 layers of 256 units, 2.0 million parameters`. */
export function sizesText(config: string, weights: Uint8Array): string {
  const { numHiddenLayers, hiddenSize } = parseConfig(config);
  const millions = parameterCount(weights) / 1e6;
  return `${numHiddenLayers} layers of ${hiddenSize} units, ${
    millions.toFixed(1)
  } million parameters`;
}

function parameterCount(weights: Uint8Array): number {
  return [...parseSafetensors(weights).tensors.values()]
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

const interval = ({ share, low, high }: Share) =>
  `${formatPercent(share)} [${formatPercent(low)}, ${formatPercent(high)}]`;

export function cardText(
  config: string,
  weights: Uint8Array,
  provenance: Provenance,
  results: readonly FinetuningResult[],
): string {
  const parsed = parseConfig(config);
  const { sha256, stages, books, heldOut } = provenance;
  const steps = new Intl.ListFormat("en").format(stages.map((stage) => formatCount(stage.steps)));
  const tokens = stages.reduce((sum, stage) => sum + stage.tokens, 0);
  return `---
library_name: transformers
pipeline_tag: fill-mask
license: apache-2.0
language: en
tags: [albert]
---

# ${SHIPPED_MODEL}

A small ALBERT for English, pretrained from scratch with
[@albert-lab/albert](https://jsr.io/@albert-lab/albert) on ${books.train} books in the public domain. It comes
with the package and needs no network:

\`\`\`sh
albert predict fill-mask 'He sat down at the [MASK].'
\`\`\`

\`albert convert --from ${SHIPPED_MODEL} --to FOLDER --precision f16\` writes the folder, which
transformers opens:

\`\`\`python
from transformers import pipeline

print(pipeline("fill-mask", "FOLDER")("He sat down at the [MASK]."))
\`\`\`

| | |
| --- | --- |
${sizeRows(parsed, weights)}
| SHA-256 of \`model.safetensors\` | \`${sha256}\` |

The books were first published between 1600 and 1920. The model writes as they do: it knows little
of later times, and repeats the prejudices of its texts. It is meant for experiments and teaching.

## Training

\`\`\`sh
${stages.map(({ command }) => command).join("\n")}
\`\`\`

${steps} steps read ${formatCount(tokens)} tokens. [texts.tsv](texts.tsv) lists the books, and which
of them were held out; [training.jsonl](training.jsonl) is the log. The file of \`--config\` is the model's \`config.json\`. The objective is that of the paper:
masked tokens and sentence order, with 15% masked in n-grams of up to three words unless a command has
another number. The weights are rounded to half precision.${untrainedPositions(stages)}

![Masked-LM accuracy on held-out books by tokens read](curve.svg)

## Held-out books

${heldOut.books} books with ${
    formatCount(heldOut.tokens)
  } tokens that the model has not seen; 95% intervals.

| Measurement | Model | Without context |
| --- | --- | --- |
| loss at [MASK] tokens, nats | ${heldOut.maskLoss.toFixed(3)} | ${
    heldOut.unigramEntropy.toFixed(3)
  } |
| accuracy at [MASK] tokens | ${interval(heldOut.maskAccuracy)} | |
| MLM loss, nats | ${heldOut.mlmLoss.toFixed(3)} | ${heldOut.baselineMlmLoss.toFixed(3)} |
| MLM accuracy | ${interval(heldOut.mlmAccuracy)} | ${formatPercent(heldOut.baselineMlmAccuracy)} |
| hidden word is the first candidate | ${interval(heldOut.topOne)} | |
| hidden word is among the first five | ${interval(heldOut.topFive)} | ${
    formatPercent(heldOut.baselineTopFive)
  } |
| the same for rarer words | ${interval(heldOut.topFiveRare)} | 0.0% |
| sentence order | ${interval(heldOut.order)} | 50.0% |

- Masked tokens: examples of 128 tokens, of which 15% are masked in n-grams of up to three words, ${
    formatCount(heldOut.mlmAccuracy.count)
  } predicted tokens. A
  tenth of them is not masked and can be copied, so the rows of [MASK] tokens are the harder ones.
- Hidden words: one word in each of ${
    formatCount(heldOut.topFive.count)
  } random sentences of 8 to 62 tokens, as many per book. The word
  is random among those of the sentence that are one piece of letters, and the model sees the sentence
  alone. Without context, the five most frequent words are the candidates. Rarer words are those
  that are not among the 100 most frequent ones (${
    formatCount(heldOut.topFiveRare.count)
  } sentences).
- Sentence order: ${
    formatCount(heldOut.order.count)
  } pairs of whole sentences, of which each combination of lengths occurs equally often
  in both orders.

\`deno task ship evaluate --held-out DATA\` computes this table, where DATA is the output of
\`albert prepare\` with the held-out books and the vocabulary of the model.
${finetuningSection(results)}`;
}

/** Describes the positions after those of the last run. */
function untrainedPositions(stages: readonly Stage[]): string {
  const option = (name: string) =>
    stages.findLast(({ command }) => command.includes(` ${name} `))
      ?.command.split(` ${name} `)[1].split(" ")[0];
  const length = option("--max-seq-length"), repeated = option("--repeat-positions");
  if (length === undefined) return "";
  return ` Positions after the ${length}th${
    repeated === undefined ? "" : ` repeat those of the first ${repeated}`
  } and were not trained, so longer texts are read less well.`;
}

function sizeRows(config: ModelConfig, weights: Uint8Array): string {
  return [
    [
      "layers, hidden size, heads",
      [config.numHiddenLayers, config.hiddenSize, config.numAttentionHeads].join(", "),
    ],
    [
      "embedding size, vocabulary",
      `${config.embeddingSize}, ${formatCount(config.vocabSize)} pieces`,
    ],
    ["positions", `${config.maxPositionEmbeddings}`],
    [
      "parameters",
      `${formatCount(parameterCount(weights))} in half precision, ${
        (weights.length / 1e6).toFixed(1)
      } MB`,
    ],
  ].map((row) => `| ${row.join(" | ")} |`).join("\n");
}

function finetuningSection(results: readonly FinetuningResult[]): string {
  if (results.length === 0) return "";
  return `
## Fine-tuning

${resultsTable(results)}

${SETTINGS_TEXT}
[finetuning.jsonl](finetuning.jsonl) has the results of all runs. \`deno task ship finetune --data FOLDER\` computes them.
`;
}
