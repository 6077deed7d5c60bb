/**
 * The README.md of a checkpoint.
 *
 * @module
 */
import { formatCount } from "../json/mod.ts";
import { architectureOf, type ModelConfig } from "../model/mod.ts";

/** The metrics of an evaluation. */
export interface CardEvaluation {
  /** Number of steps at the evaluation. */
  readonly step: number;
  /** Values by name. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** The contents of a model card. */
export interface ModelCard {
  /** What the model is, after the name of its family. */
  readonly title: string;
  /** A sentence on its origin. */
  readonly text: string;
  /** Name of the Hugging Face class, which determines the example. */
  readonly architecture: string;
  /** Rows of the table, after the size of the model. */
  readonly rows: readonly (readonly [name: string, value: string])[];
  /** The checkpoint that training started from: `hf:OWNER/NAME` or a folder. */
  readonly baseModel?: string;
  /** Words for the hub, after the family. */
  readonly tags?: readonly string[];
  /** The latest evaluation; null if there was none. */
  readonly evaluation?: CardEvaluation | null;
}

/** How the models of a class are used. */
interface Usage {
  /** Pipeline of transformers, and its input. */
  readonly pipeline?: readonly [task: string, input: string];
  /** Command after `albert predict`, and its arguments. */
  readonly command: readonly [name: string, input: string];
}

/** Usage by the name of the Hugging Face class without the family. */
const USAGES: Readonly<Record<string, Usage>> = {
  ForPreTraining: {
    pipeline: ["fill-mask", `"The [MASK] sat down."`],
    command: ["fill-mask", `'The [MASK] sat down.'`],
  },
  ForMaskedLM: {
    pipeline: ["fill-mask", `"The [MASK] sat down."`],
    command: ["fill-mask", `'The [MASK] sat down.'`],
  },
  ForSequenceClassification: {
    pipeline: ["text-classification", `"A charming film."`],
    command: ["classify", `'A charming film.'`],
  },
  ForQuestionAnswering: {
    pipeline: ["question-answering", `question="Who sat down?", context="The cat sat down."`],
    command: ["answer", `'Who sat down?' 'The cat sat down.'`],
  },
  ForTokenClassification: {
    pipeline: ["token-classification", `"Anna lives in Basel."`],
    command: ["tokens", `'Anna lives in Basel.'`],
  },
  ForMultipleChoice: { command: ["choose", `'The cat is _ .' red asleep < story.txt`] },
  // The paper's SQuAD 2.0 head has no class.
  Model: { command: ["answer", `'Who sat down?' 'The cat sat down.'`] },
};

/** Returns the text of a model card. The same model gives the same text. */
export function modelCard(config: ModelConfig, card: ModelCard): string {
  const { arch, numHiddenLayers, hiddenSize, numAttentionHeads } = config;
  const { title: family, classPrefix } = architectureOf(config);
  const { title, text, architecture, rows, baseModel, tags = [], evaluation = null } = card;
  const usage = USAGES[architecture.slice(classPrefix.length)];
  const size = `${numHiddenLayers}, ${hiddenSize}, ${numAttentionHeads}`;
  const facts = [
    ["layers, hidden size, heads", size],
    ...(baseModel === undefined ? [] : [["base model", `\`${baseModel}\``]]),
    ...rows,
  ];
  const onHub = /^hf:([^@]+)/.exec(baseModel ?? "")?.[1];
  const head = [
    "library_name: transformers",
    ...(usage?.pipeline === undefined ? [] : [`pipeline_tag: ${usage.pipeline[0]}`]),
    ...(onHub === undefined ? [] : [`base_model: ${onHub}`]),
    `tags: [${[arch, ...tags].join(", ")}]`,
  ];
  return [
    `---\n${head.join("\n")}\n---\n`,
    `# ${family}, ${title}\n`,
    `${text}\n`,
    table(["", ""], facts),
    ...(evaluation === null || Object.keys(evaluation.metrics).length === 0 ? [] : [
      `## Evaluation\n`,
      `On the validation data, at step ${formatCount(evaluation.step)}:\n`,
      table(
        ["metric", "value"],
        Object.entries(evaluation.metrics).map(([name, value]) => [name, shown(value)]),
      ),
    ]),
    ...(usage === undefined ? [] : [`## Usage\n`, ...snippets(usage)]),
  ].join("\n");
}

function snippets({ pipeline, command }: Usage): string[] {
  const python = pipeline === undefined ? [] : [
    "```python",
    "from transformers import pipeline\n",
    `run = pipeline("${pipeline[0]}", "FOLDER")`,
    `print(run(${pipeline[1]}))`,
    "```\n",
  ];
  const shell = [
    "```sh",
    `albert predict ${command[0]} --checkpoint FOLDER ${command[1]}`,
    "```\n",
  ];
  return [...python, ...shell];
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, heading.map(() => "---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function shown(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : value.toFixed(4);
}
