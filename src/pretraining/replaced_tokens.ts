/**
 * Replaced-token detection (ELECTRA; Clark et al., arXiv 2003.10555) as a task of the training loop.
 *
 * The replacements are drawn from the frequencies of tokens in the corpus, and not from a masked language model that is trained along, so this is the discriminator's
 * half of ELECTRA with the simplest generator.
 *
 * @module
 */
import type { Corpus, Example, ExampleDataset } from "../data/mod.ts";
import { partOf, sumFieldsOverRanks, sumOverRanks } from "../distributed/mod.ts";
import { formatCount, formatPercent } from "../json/mod.ts";
import {
  type EncoderInput,
  encoderSpecs,
  initialize,
  replacedTokenLoss,
  replacedTokenSpecs,
  transformersClass,
} from "../model/mod.ts";
import { RandomStream } from "../tensor/random/mod.ts";
import {
  MetricRing,
  modelCard,
  type Objective,
  type Task,
  type TaskBatch,
  type TrainSettings,
} from "../train/mod.ts";

/** The random stream of replacements. */
const STREAM = 0x72746400;

/** A micro-batch: the corrupted tokens, and which of them were replaced. */
export interface ReplacedTokenBatch extends TaskBatch {
  /** Input of the encoder. */
  readonly input: EncoderInput;
  /** Rows of all tokens that are not padding, `example·sequence + token`. */
  readonly rows: Uint32Array;
  /** 1 for a replaced token, 0 for an original one, for each row. */
  readonly replaced: Uint32Array;
}

/** A sequence with replaced tokens. */
export interface CorruptedExample {
  /** Token ids after replacing. */
  readonly inputIds: Uint32Array;
  /** Segment of each token. */
  readonly tokenTypeIds: Uint8Array;
  /** 1 for a replaced token, 0 for an original one. */
  readonly replaced: Uint32Array;
}

/** The loss of the discriminator over all tokens, logged as `loss_replaced` and `accuracy_replaced`. */
export const REPLACED_TOKENS: Objective<ReplacedTokenBatch> = {
  losses: ["replaced"],
  specs: (config) => [...encoderSpecs(config, { pooler: false }), ...replacedTokenSpecs(config)],
  counts: (batches) => [batches.reduce((sum, { rows }) => sum + rows.length, 0)],
  loss(scope, encoder, { input, rows, replaced }, [target]) {
    const { sequenceOutput } = encoder.forward(scope, input);
    replacedTokenLoss(scope, encoder, sequenceOutput, rows, replaced, target);
  },
};

/**
 * Replaces the masked tokens of an example by random tokens of the corpus. If the random token equals the original, it counts as original, as in ELECTRA.
 *
 * @param seed seed of the run
 * @param index index of the example
 */
export function corruptExample(
  example: Example,
  corpus: Corpus,
  seed: number,
  index: number,
): CorruptedExample {
  const { maskedPositions, maskedLabels, tokenTypeIds, length } = example;
  const random = new RandomStream(seed, STREAM, Math.floor(index / 2 ** 32), index >>> 0);
  const inputIds = example.inputIds.slice(0, length);
  const replaced = new Uint32Array(length);
  maskedPositions.forEach((position, i) => {
    // A random token of a random document, drawn by length, has the frequencies of the corpus.
    inputIds[position] = randomToken(corpus, random);
    replaced[position] = Number(inputIds[position] !== maskedLabels[i]);
  });
  return { inputIds, tokenTypeIds, replaced };
}

function randomToken(corpus: Corpus, random: RandomStream): number {
  let place = random.integer(corpus.tokenCount);
  for (const { tokens } of corpus.shards) {
    if (place < tokens.length) return tokens[place];
    place -= tokens.length;
  }
  throw new RangeError("The corpus has fewer tokens than it counts");
}

/**
 * Builds a micro-batch of consecutive examples of a data set.
 *
 * @param first index of the first example
 * @param firstRow index of that example in the step's whole batch
 */
export function replacedTokenBatch(
  source: ExampleDataset,
  seed: number,
  first: number,
  count: number,
  firstRow: number,
): ReplacedTokenBatch {
  const examples = Array.from(
    { length: count },
    (_, i) => corruptExample(source.exampleAt(first + i), source.corpus, seed, first + i),
  );
  return collateCorrupted(examples, source.settings.maxSeqLength, firstRow);
}

function collateCorrupted(
  examples: readonly CorruptedExample[],
  sequence: number,
  firstRow: number,
): ReplacedTokenBatch {
  const batch = examples.length;
  const inputIds = new Uint32Array(batch * sequence);
  const tokenTypeIds = new Uint32Array(batch * sequence);
  examples.forEach((example, row) => {
    inputIds.set(example.inputIds, row * sequence);
    tokenTypeIds.set(example.tokenTypeIds.subarray(0, example.inputIds.length), row * sequence);
  });
  const lengths = Uint32Array.from(examples, (example) => example.inputIds.length);
  return {
    input: { batch, sequence, inputIds, tokenTypeIds, lengths },
    rows: Uint32Array.from(
      examples.flatMap(({ inputIds }, row) =>
        Array.from(inputIds, (_, position) => row * sequence + position)
      ),
    ),
    replaced: Uint32Array.from(examples.flatMap(({ replaced }) => [...replaced])),
    firstRow,
    tokens: batch * sequence,
  };
}

/** What a run trains on. */
export interface ReplacedTokenOptions {
  /** Training examples. */
  readonly train: ExampleDataset;
  /** Held-out examples. */
  readonly heldOut: ExampleDataset;
  /** Settings of the run. */
  readonly settings: TrainSettings;
  /** Held-out examples per evaluation; 128 if absent. */
  readonly evalExamples?: number;
}

/** Makes replaced-token detection a task of the training loop: `train({ task: replacedTokenTask(…), … })`. */
export function replacedTokenTask(options: ReplacedTokenOptions): Task<ReplacedTokenBatch> {
  const { train, heldOut, settings, evalExamples = 128 } = options;
  const { seed, batchSize, microBatchSize } = settings;
  const count = Math.min(evalExamples, heldOut.examplesInEpoch(0));
  return {
    ...REPLACED_TOKENS,
    name: "replaced-token detection",
    best: { metric: "loss", direction: "lowest" },
    logsTensorNorms: true,
    writesResults: true,
    configExtra: {},
    determinants: { data: train.corpus.fingerprint, examples: train.settings },
    rankFacts: { evalExamples: count },
    architecture: (config) => transformersClass(config, "Model"),
    card: (config, step, evaluation) =>
      modelCard(config, {
        title: `${formatCount(step)} steps of replaced-token detection`,
        text:
          "Pretrained with [@albert-lab/albert](https://jsr.io/@albert-lab/albert) to find tokens that " +
          `were replaced, on ${formatCount(train.corpus.tokenCount)} tokens of text.`,
        // No class of transformers has this head.
        architecture: "",
        evaluation,
        rows: [
          ["batch, sequence length", `${batchSize}, ${train.settings.maxSeqLength}`],
          ["seed", `${seed}`],
        ],
      }),
    initialize({ parameters, config }) {
      initialize(parameters, seed, config.initializerRange);
      return [];
    },
    batches(step, { start, end }) {
      const batches: ReplacedTokenBatch[] = [];
      for (let first = start; first < end; first += microBatchSize) {
        const size = Math.min(microBatchSize, end - first);
        batches.push(replacedTokenBatch(train, seed, step * batchSize + first, size, first));
      }
      return batches;
    },
    largestBatch({ vocabSize }, examples) {
      const length = train.settings.maxSeqLength;
      const longest = {
        inputIds: Uint32Array.from({ length }, (_, i) => i % vocabSize),
        tokenTypeIds: new Uint8Array(length),
        replaced: new Uint32Array(length),
      };
      return collateCorrupted(Array(examples).fill(longest), length, 0);
    },
    async evaluate({ device, encoder, group }) {
      const { start, end } = partOf(group, count);
      const batches: ReplacedTokenBatch[] = [];
      for (let first = start; first < end; first += microBatchSize) {
        // The same replacements in every evaluation.
        batches.push(
          replacedTokenBatch(heldOut, 0, first, Math.min(microBatchSize, end - first), 0),
        );
      }
      const [tokens, replaced] = await sumOverRanks(group, [
        batches.reduce((sum, { rows }) => sum + rows.length, 0),
        batches.reduce((sum, batch) => sum + batch.replaced.reduce((a, b) => a + b, 0), 0),
      ]);
      const metrics = new MetricRing(device, REPLACED_TOKENS.losses, 1);
      try {
        for (const batch of batches) {
          REPLACED_TOKENS.loss({ device }, encoder, batch, metrics.targets(0, [tokens]));
          device.flush();
        }
        const [sums] = await sumFieldsOverRanks(group, await metrics.take(1));
        const { loss_replaced: loss, accuracy_replaced: accuracy } = sums;
        return {
          metrics: { loss, accuracy, majority: Math.max(replaced, tokens - replaced) / tokens },
          files: new Map(),
          reviews: [],
          summary: `held-out loss ${loss.toFixed(3)}, accuracy ${formatPercent(accuracy)}`,
        };
      } finally {
        metrics.free();
      }
    },
  };
}
