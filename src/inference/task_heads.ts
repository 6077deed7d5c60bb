/**
 * Classes and tagged spans of texts, from the heads of fine-tuned checkpoints.
 *
 * @module
 */
import {
  marksSpans,
  outputsOf,
  problemTypeOf,
  spansOf,
  tagsOfModel,
  textClassifierHead,
  tokensExamples,
  tokensHead,
  wordTags,
} from "../benchmarks/mod.ts";
import { quote } from "../json/mod.ts";
import {
  classifierSpecs,
  type Encoder,
  type ModelConfig,
  namesOfClasses,
  type ParameterSpec,
  spanSpecs,
  squadHeadSpecs,
} from "../model/mod.ts";
import type { Tokenizer } from "../text/mod.ts";
import { predictAll, trainedLength } from "../train/mod.ts";
import type { Safetensors } from "../weights/mod.ts";
import type { ClassifyOptions, ClassScore, TaggedSpan } from "./results.ts";

/** Returns the heads of a task that the weights have. */
export function taskHeads(config: ModelConfig, { tensors }: Safetensors): ParameterSpec[] {
  const labels = tensors.get("classifier.weight")?.shape[0] ?? 1;
  return [classifierSpecs(config, labels), spanSpecs(config), squadHeadSpecs(config)]
    .filter((specs) => specs.some(({ name }) => tensors.has(name))).flat();
}

/** Checks an array of texts. @throws {TypeError} if it is not an array, or one of the texts is not a string */
export function checkTexts(texts: readonly unknown[]): readonly string[] {
  if (!Array.isArray(texts)) {
    throw new TypeError(`Expected a text or an array of texts, got ${quote(texts)}`);
  }
  const wrong = texts.findIndex((text) => typeof text !== "string");
  if (wrong < 0) return texts;
  throw new TypeError(`Text ${wrong} must be a string, got ${quote(texts[wrong])}`);
}

/**
 * Classifies texts and pairs of texts.
 *
 * @param texts one or two texts each
 * @returns the classes of each by decreasing score; for a regression, its outputs in order
 */
export async function classifyTexts(
  encoder: Encoder,
  tokenizer: Tokenizer,
  texts: readonly (readonly string[])[],
  { top, batchSize, maxLength }: Required<ClassifyOptions>,
): Promise<ClassScore[][]> {
  const { config, parameters: { device } } = encoder;
  const examples = texts.map((pair, i) => {
    const { ids, typeIds } = tokenizer.encodePair(pair[0], pair[1], { maxLength });
    return { row: { index: `${i}`, texts: pair }, sequences: [{ ids, typeIds }] };
  });
  const head = textClassifierHead(config);
  const logits = await predictAll(device, encoder, head, examples, batchSize, maxLength);
  const names = namesOfClasses(config) ?? [];
  return logits.map((row) => {
    const type = problemTypeOf(config, row.length);
    const scores = outputsOf(row, type)
      .map((score, id) => ({ label: names[id] ?? `${id}`, score }));
    if (type === "regression") return scores;
    return scores.sort((a, b) => b.score - a.score).slice(0, top);
  });
}

/** A word, or a character between words. */
const WORD = /[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu;

/**
 * Finds the tagged spans of each text. If the tags mark no spans (`NOUN`), each word is a span.
 *
 * @param batchSize sequences per forward pass
 * @throws {ConfigError} if config.json has no names of tags
 */
export async function tagTexts(
  encoder: Encoder,
  tokenizer: Tokenizer,
  texts: readonly string[],
  batchSize: number,
): Promise<TaggedSpan[][]> {
  const { config, parameters: { device } } = encoder;
  const labels = tagsOfModel(config);
  const maxLength = trainedLength(config);
  const words = texts.map((text) => [...text.matchAll(WORD)]);
  const sentences = words.map((own, i) => ({ line: i + 1, words: own.map(([word]) => word) }));
  const examples = tokensExamples(sentences, labels, tokenizer, maxLength);
  const head = tokensHead(labels);
  const logits = await predictAll(device, encoder, head, examples, batchSize, maxLength);
  const tags = wordTags(labels, examples, logits);
  return texts.map((text, i) => {
    const own = tags[i] ?? [];
    const spans = marksSpans(labels)
      ? spansOf(own.map(({ tag }) => tag))
      : own.map(({ tag }, word) => ({ type: tag, start: word, end: word }));
    return spans.map(({ type, start, end }) => {
      const from = words[i][start].index, to = words[i][end].index + words[i][end][0].length;
      const scores = own.slice(start, end + 1).map(({ score }) => score);
      const score = scores.reduce((sum, value) => sum + value) / scores.length;
      return { type, text: text.slice(from, to), start: from, end: to, score };
    });
  });
}
