/**
 * What a pretrained model knows about books that it has not seen: masked tokens, hidden words of sentences, and the order of sentences.
 *
 * @module
 */
import {
  type Corpus,
  ExampleDataset,
  exampleSettings,
  uncutPairs,
  unigramEntropy,
} from "../../src/data/mod.ts";
import { openShards } from "../../src/data/disk/mod.ts";
import { type Device, openDevice } from "../../src/device/mod.ts";
import { loadWeights, PretrainingModel } from "../../src/model/mod.ts";
import {
  contextFreeBaseline,
  evaluatePretraining,
  onlyMaskTokens,
} from "../../src/pretraining/mod.ts";
import { formatPercent, wilson } from "../../src/report/mod.ts";
import { loadTokenizer } from "../../src/text/disk/mod.ts";
import type { Tokenizer } from "../../src/text/mod.ts";
import { readModelFolder, resolveCheckpoint } from "../../src/train/disk.ts";
import type { GlobalFlags } from "../cli/options.ts";
import { hiddenWords } from "./hidden_words.ts";

/** Examples of the masked-LM evaluation. */
const EXAMPLES = 600;
/** Pairs of the sentence-order evaluation; fewer if the books are short. */
const PAIRS = 800;
/** Tokens per example and per pair, unless others are given. */
const LENGTH = 128;
const BATCH_SIZE = 32;
const SEED = 42;

/** A share with its 95% Wilson interval. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** Results on held-out books. */
export interface HeldOutFigures {
  /** Number of books and of their tokens. */
  readonly books: number;
  readonly tokens: number;
  /** Loss in nats and accuracy at `[MASK]` tokens. */
  readonly maskLoss: number;
  readonly maskAccuracy: Share;
  /** Entropy of the unigram distribution of the books: the lowest loss at `[MASK]` tokens without context. */
  readonly unigramEntropy: number;
  /** Loss in nats and accuracy at all predicted tokens, a tenth of which is not masked and can be copied. */
  readonly mlmLoss: number;
  readonly mlmAccuracy: Share;
  /** The same of the best model without context. */
  readonly baselineMlmLoss: number;
  readonly baselineMlmAccuracy: number;
  /** How often a hidden word is the first candidate, and among the first five. */
  readonly topOne: Share;
  readonly topFive: Share;
  /** How often it is among the five most frequent words. */
  readonly baselineTopFive: number;
  /** How often a word is among the first five that is not one of the 100 most frequent words. */
  readonly topFiveRare: Share;
  /** Accuracy on pairs of whole sentences whose lengths reveal nothing; chance is 50%. */
  readonly order: Share;
}

/**
 * Evaluates a checkpoint on prepared held-out books.
 *
 * @param length tokens per example and per pair
 * @throws {RangeError} if the model has another vocabulary size
 */
export async function evaluateHeldOut(
  checkpoint: string,
  heldOut: string,
  flags: Pick<GlobalFlags, "device" | "blas">,
  length: number = LENGTH,
): Promise<HeldOutFigures> {
  const { config, weights } = await readModelFolder(await resolveCheckpoint(checkpoint));
  const { corpus } = await openShards(heldOut);
  if (corpus.vocabulary.size !== config.vocabSize) {
    throw new RangeError(
      `${heldOut} was prepared with a vocabulary of ${corpus.vocabulary.size} pieces, but the model has ${config.vocabSize}`,
    );
  }
  const tokenizer = await loadTokenizer(heldOut);
  const device = await openDevice(flags);
  try {
    const model = new PretrainingModel(device, config, { trainable: false });
    loadWeights(model.parameters, weights);
    return {
      books: corpus.documentCount,
      tokens: corpus.tokenCount,
      ...await maskedTokens(device, model, corpus, length),
      ...await maskedWords(model, corpus, tokenizer),
      ...await sentenceOrder(device, model, corpus, length),
    };
  } finally {
    await device.destroy();
  }
}

/** Describes results for people. */
export function heldOutText(figures: HeldOutFigures): string {
  const interval = ({ share, low, high, count }: Share) =>
    `${formatPercent(share)} [${formatPercent(low)}, ${formatPercent(high)}] of ${count}`;
  const rows: readonly (readonly [string, string])[] = [
    ["loss at [MASK] tokens", `${figures.maskLoss.toFixed(3)} nats`],
    ["unigram entropy", `${figures.unigramEntropy.toFixed(3)} nats`],
    ["accuracy at [MASK] tokens", interval(figures.maskAccuracy)],
    [
      "MLM loss",
      `${figures.mlmLoss.toFixed(3)} nats (without context ${figures.baselineMlmLoss.toFixed(3)})`,
    ],
    [
      "MLM accuracy",
      `${interval(figures.mlmAccuracy)} (without context ${
        formatPercent(figures.baselineMlmAccuracy)
      })`,
    ],
    ["hidden word: first", interval(figures.topOne)],
    [
      "among the first five",
      `${interval(figures.topFive)} (most frequent five ${formatPercent(figures.baselineTopFive)})`,
    ],
    ["the same, rarer words", interval(figures.topFiveRare)],
    ["sentence order", `${interval(figures.order)} pairs (chance 50%)`],
  ];
  return [
    `${figures.books} held-out books, ${figures.tokens} tokens:`,
    ...rows.map(([name, value]) => `  ${name.padEnd(26)} ${value}`),
  ].join("\n");
}

function documentsOf(corpus: Corpus): Uint32Array {
  return Uint32Array.from({ length: corpus.documentCount }, (_, document) => document);
}

function examplesOf(corpus: Corpus, length: number): { dataset: ExampleDataset; shape: Shape } {
  const settings = exampleSettings(length);
  return {
    dataset: new ExampleDataset(corpus, settings, SEED, documentsOf(corpus)),
    shape: {
      sequenceLength: length,
      maxPredictions: settings.maxPredictionsPerSeq,
      padId: corpus.vocabulary.special.pad,
    },
  };
}

interface Shape {
  readonly sequenceLength: number;
  readonly maxPredictions: number;
  readonly padId: number;
}

async function maskedTokens(
  device: Device,
  { encoder }: PretrainingModel,
  corpus: Corpus,
  length: number,
) {
  const { dataset, shape } = examplesOf(corpus, length);
  const count = Math.min(EXAMPLES, dataset.examplesInEpoch(0));
  const masks = onlyMaskTokens(dataset, corpus.vocabulary.special.mask);
  const all = await evaluatePretraining(device, encoder, dataset, count, BATCH_SIZE, shape);
  const only = await evaluatePretraining(device, encoder, masks, count, BATCH_SIZE, shape);
  const baseline = contextFreeBaseline(corpus, documentsOf(corpus));
  return {
    maskLoss: only.maskedLoss,
    maskAccuracy: shareOf(only.maskedAccuracy, only.maskedTokens),
    unigramEntropy: unigramEntropy(corpus, documentsOf(corpus)),
    mlmLoss: all.maskedLoss,
    mlmAccuracy: shareOf(all.maskedAccuracy, all.maskedTokens),
    baselineMlmLoss: baseline.loss,
    baselineMlmAccuracy: baseline.accuracy,
  };
}

async function maskedWords({ encoder }: PretrainingModel, corpus: Corpus, tokenizer: Tokenizer) {
  const results = await hiddenWords(encoder, corpus, tokenizer, SEED);
  const share = (some: typeof results, of: "isFirst" | "isAmongFive" | "isAmongFrequentFive") =>
    shareOf(some.filter((result) => result[of]).length / some.length, some.length);
  return {
    topOne: share(results, "isFirst"),
    topFive: share(results, "isAmongFive"),
    baselineTopFive: share(results, "isAmongFrequentFive").share,
    topFiveRare: share(results.filter(({ isFrequent }) => !isFrequent), "isAmongFive"),
  };
}

async function sentenceOrder(
  device: Device,
  { encoder }: PretrainingModel,
  corpus: Corpus,
  length: number,
) {
  const { dataset, shape } = examplesOf(corpus, length);
  const pairs = uncutPairs(dataset, PAIRS);
  if (pairs === null) throw new RangeError("The held-out text has no pairs of whole sentences");
  const count = pairs.examplesInEpoch(0);
  const result = await evaluatePretraining(device, encoder, pairs, count, BATCH_SIZE, shape);
  return { order: shareOf(result.pairAccuracy, result.pairs) };
}

function shareOf(share: number, count: number): Share {
  return { share, ...wilson(share, count), count };
}
