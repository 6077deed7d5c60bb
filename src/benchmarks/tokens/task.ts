/**
 * Token classification as a fine-tuning task: a tag for each word, from the hidden state of its first piece.
 *
 * @module
 */
import type { Device } from "../../device/mod.ts";
import {
  classifierLogits,
  classifierSpecs,
  ConfigError,
  type Encoder,
  type ModelConfig,
  namesOfClasses,
  softmax,
  transformersClass,
} from "../../model/mod.ts";
import { crossEntropy, gatherRows, type Scope, type Tensor } from "../../tensor/mod.ts";
import type { Tokenizer } from "../../text/mod.ts";
import {
  type FinetuneBatch,
  type FinetuneExample,
  type FinetuneTask,
  type HeldOutSet,
  reviewClasses,
  type SetEvaluation,
  type TaskHead,
} from "../../train/mod.ts";
import { marksSpans, spanMetrics } from "./metric.ts";
import type { TaggedSentence } from "./reader.ts";

/** Name of the prediction file. */
export const TAG_PREDICTIONS = "predictions.conll";

/** Consecutive words of a sentence that fit into one sequence. */
export interface TokensExample extends FinetuneExample {
  /** Index of the sentence. */
  readonly sentence: number;
  /** The sentence. */
  readonly tagged: TaggedSentence;
  /** Index of the first word in the sentence. */
  readonly first: number;
  /** Position of the first piece of each word in the sequence. */
  readonly positions: readonly number[];
  /** Class of each word; empty without tags. */
  readonly labels: readonly number[];
}

/** Logits of each word of an example. */
export type WordLogits = readonly Float32Array[];

/**
 * Encodes sentences as `[CLS] words [SEP]`. Each word is tokenized alone, as with `is_split_into_words` in transformers. A sentence that is too long becomes several
 * examples; a word that is too long is cut.
 *
 * @param labels names of the tags; tags that are not among them are an error
 * @param maxLength maximum sequence length in tokens
 * @throws {RangeError} if a tag is unknown; the message names the line
 */
export function tokensExamples(
  sentences: readonly TaggedSentence[],
  labels: readonly string[],
  tokenizer: Tokenizer,
  maxLength: number,
): TokensExample[] {
  const { cls, sep, unk } = tokenizer.specialIds;
  const classes = new Map(labels.map((label, id) => [label, id]));
  const room = maxLength - 2;
  return sentences.flatMap((tagged, sentence) => {
    const examples: TokensExample[] = [];
    let ids: number[] = [], positions: number[] = [], own: number[] = [], first = 0;
    const end = (next: number) => {
      if (positions.length > 0) {
        const all = [cls, ...ids, sep];
        const sequences = [{ ids: all, typeIds: new Uint8Array(all.length) }];
        examples.push({ sequences, sentence, tagged, first, positions, labels: own });
      }
      ids = [], positions = [], own = [], first = next;
    };
    for (const [word, text] of tagged.words.entries()) {
      const pieces = tokenizer.encodeIds(text);
      // A word without pieces, such as a control character, still has a tag.
      const kept = pieces.length === 0 ? [unk] : [...pieces.subarray(0, room)];
      if (ids.length + kept.length > room) end(word);
      positions.push(ids.length + 1);
      ids.push(...kept);
      if (tagged.tags === undefined) continue;
      const label = classes.get(tagged.tags[word]);
      if (label === undefined) {
        throw new RangeError(
          `The sentence of line ${tagged.line} has the tag ${
            tagged.tags[word]
          }, which is not one of ${labels.slice(0, 20).join(", ")}`,
        );
      }
      own.push(label);
    }
    end(0);
    return examples;
  });
}

/** Returns the head with a logit per tag and token, of Hugging Face's `ForTokenClassification` classes. */
export function tokensHead(labels: readonly string[]): TaskHead<TokensExample, WordLogits> {
  return {
    name: "tokens",
    pooler: false,
    configExtra: {
      finetuning_task: "tokens",
      id2label: Object.fromEntries(labels.map((label, id) => [id, label])),
      label2id: Object.fromEntries(labels.map((label, id) => [label, id])),
    },
    architecture: (config: ModelConfig) => transformersClass(config, "ForTokenClassification"),
    headSpecs: (config: ModelConfig) => classifierSpecs(config, labels.length),
    async predict(device: Device, encoder: Encoder, batch: FinetuneBatch<TokensExample>) {
      const { view } = wordLogits({ device }, encoder, batch, labels.length);
      const flat = await device.read(view) as Float32Array;
      let row = 0;
      return batch.examples.map(({ positions }) =>
        positions.map(() => flat.slice(row * labels.length, ++row * labels.length))
      );
    },
  };
}

/** Returns `[words of the batch, labels]`. */
function wordLogits(
  scope: Scope,
  encoder: Encoder,
  { examples, input }: FinetuneBatch<TokensExample>,
  outputs: number,
): Tensor {
  const { sequenceOutput } = encoder.forward(scope, input);
  const rows = Uint32Array.from(
    examples.flatMap(({ positions }, row) =>
      positions.map((position) => row * input.sequence + position)
    ),
  );
  return classifierLogits(scope, encoder, gatherRows(scope, sequenceOutput, rows), outputs);
}

/** Returns the names of a checkpoint's tags. @throws {ConfigError} if config.json does not have them, or they are invalid */
export function tagsOfModel(config: ModelConfig): string[] {
  const names = namesOfClasses(config);
  if (names !== undefined) return names;
  throw new ConfigError(
    "config.json has no names of tags (id2label); use a checkpoint of finetune tokens",
  );
}

/**
 * Returns the fine-tuning task. The loss is the mean over all words of a step.
 *
 * @param labels names of the tags
 * @param maxLength maximum sequence length in tokens
 * @throws {RangeError} if a validation sentence has a tag that no training sentence has
 */
export function tokensTask(
  labels: readonly string[],
  train: readonly TaggedSentence[],
  heldOut: readonly TaggedSentence[],
  tokenizer: Tokenizer,
  maxLength: number,
): FinetuneTask<TokensExample, WordLogits> {
  const encode = (sentences: readonly TaggedSentence[]) =>
    tokensExamples(sentences, labels, tokenizer, maxLength);
  return {
    ...tokensHead(labels),
    train: encode(train),
    heldOut: [{ name: "", examples: encode(heldOut) }],
    metric: marksSpans(labels) ? "f1" : "accuracy",
    weightOf: ({ positions }) => positions.length,
    loss(scope, encoder, batch, target) {
      const own = Uint32Array.from(batch.examples.flatMap((example) => example.labels));
      crossEntropy(scope, wordLogits(scope, encoder, batch, labels.length), own, target);
    },
    evaluate: (set, outputs) => evaluate(labels, set, outputs),
  };
}

/**
 * Returns the most probable tag of each word of each sentence.
 *
 * @throws {RangeError} if logits are NaN or infinite; the message names the line
 */
export function wordTags(
  labels: readonly string[],
  examples: readonly TokensExample[],
  outputs: readonly WordLogits[],
): { readonly tag: string; readonly score: number }[][] {
  const tags: { tag: string; score: number }[][] = [];
  for (const [i, { sentence, tagged }] of examples.entries()) {
    const own = tags[sentence] ??= [];
    for (const logits of outputs[i]) {
      if (!logits.every(Number.isFinite)) {
        throw new RangeError(`The logits of the sentence of line ${tagged.line} are not finite`);
      }
      const probabilities = softmax(logits);
      const score = Math.max(...probabilities);
      own.push({ tag: labels[probabilities.indexOf(score)], score });
    }
  }
  return tags;
}

/** Writes words with their tags in CoNLL's columns, and blank lines between sentences. The format has no quotes, so tabs and line breaks in words of JSON become spaces. */
export function writeTagged(
  sentences: readonly TaggedSentence[],
  predicted: readonly (readonly string[])[],
): string {
  return sentences.map(({ words, tags }, i) =>
    words.map((word, k) => columnsOf([word, ...(tags ? [tags[k]] : []), predicted[i][k]])).join("")
  ).join("\n");
}

function columnsOf(fields: readonly string[]): string {
  return `${fields.map((field) => field.replace(/[\t\r\n]+/g, " ")).join("\t")}\n`;
}

/** Returns the sentences of examples, in order. */
export function sentencesOf(examples: readonly TokensExample[]): TaggedSentence[] {
  return examples.filter(({ first }) => first === 0).map(({ tagged }) => tagged);
}

function evaluate(
  labels: readonly string[],
  { examples }: HeldOutSet<TokensExample>,
  outputs: readonly WordLogits[],
): SetEvaluation {
  const sentences = sentencesOf(examples);
  const predicted = Object.values(wordTags(labels, examples, outputs))
    .map((words) => words.map(({ tag }) => tag));
  const { accuracy, ...spans } = spanMetrics(sentences.map(({ tags }) => tags!), predicted);
  const words = examples.flatMap(({ tagged, first, labels: own }) =>
    own.map((gold, k) => ({
      id: `line ${tagged.line + first + k}`,
      texts: [tagged.words[first + k], tagged.words.join(" ")],
      gold,
    }))
  );
  return {
    metrics: marksSpans(labels) ? { ...spans, accuracy } : { accuracy },
    files: new Map([[TAG_PREDICTIONS, writeTagged(sentences, predicted)]]),
    review: reviewClasses(labels, words, outputs.flat()),
  };
}
