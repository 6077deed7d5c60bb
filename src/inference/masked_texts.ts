/**
 * Predictions of masked tokens for many texts, and the pseudo-perplexity of a text.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import {
  type Encoder,
  type FilledMask,
  mostProbable,
  readMaskedLogits,
  transformersClass,
} from "../model/mod.ts";
import type { Tokenizer } from "../text/mod.ts";
import {
  type FinetuneBatch,
  type FinetuneExample,
  predictAll,
  type TaskHead,
} from "../train/mod.ts";

/** A sequence with masked positions. */
interface MaskedExample extends FinetuneExample {
  /** Positions to predict. */
  readonly masks: readonly number[];
}

/** The masked-LM head, which reads the logits of the masks. `use` receives the mask's index and the logits of one mask. */
function maskHead<O>(use: (example: MaskedExample, mask: number, logits: Float32Array) => O) {
  const head: TaskHead<MaskedExample, O[]> = {
    name: "masked language",
    pooler: false,
    configExtra: {},
    architecture: (config) => transformersClass(config, "ForMaskedLM"),
    headSpecs: () => [],
    async predict(device: Device, encoder, { examples, input }: FinetuneBatch<MaskedExample>) {
      const { sequenceOutput } = encoder.forward({ device }, input);
      const positions = Uint32Array.from(
        examples.flatMap(({ masks }, row) => masks.map((mask) => row * input.sequence + mask)),
      );
      const rows = await readMaskedLogits(device, encoder, sequenceOutput, positions);
      let row = 0;
      return examples.map((example) =>
        example.masks.map((_, mask) => use(example, mask, rows[row++]))
      );
    },
  };
  return head;
}

/**
 * Predicts the most probable pieces for each `[MASK]` of each text.
 *
 * @param sequences the ids of each text
 * @param top number of candidates per mask
 */
export async function fillMasks(
  encoder: Encoder,
  tokenizer: Tokenizer,
  sequences: readonly (readonly number[])[],
  top: number,
  batchSize: number,
): Promise<FilledMask[][]> {
  const { mask } = tokenizer.specialIds;
  const examples = sequences.map((ids): MaskedExample => ({
    sequences: [{ ids, typeIds: new Uint8Array(ids.length) }],
    masks: [...ids.keys()].filter((position) => ids[position] === mask),
  }));
  const head = maskHead((_, __, logits) => mostProbable(logits, tokenizer, top));
  const { config: { maxPositionEmbeddings }, parameters: { device } } = encoder;
  return await predictAll(device, encoder, head, examples, batchSize, maxPositionEmbeddings);
}

/** The masked-LM score of a text. */
export interface TextScore {
  /** Number of tokens, without `[CLS]` and `[SEP]`. */
  readonly tokens: number;
  /** Mean of −ln p(token | all other tokens), in nats. */
  readonly loss: number;
  /** `exp(loss)`, the pseudo-perplexity (Salazar et al., arXiv 1910.14659). */
  readonly perplexity: number;
}

/** A sequence with one masked token. */
interface ScoredExample extends MaskedExample {
  readonly truth: number;
}

/**
 * Masks one token of a text after the other and scores the model's prediction of it. Longer texts are split into sequences of the maximum length.
 *
 * @param ids ids of the text, at least one, without special tokens
 * @throws {RangeError} if logits are NaN or infinite
 */
export async function scoreText(
  encoder: Encoder,
  tokenizer: Tokenizer,
  ids: Int32Array,
  batchSize: number,
): Promise<TextScore> {
  const { mask, cls, sep } = tokenizer.specialIds;
  const { config: { maxPositionEmbeddings }, parameters: { device } } = encoder;
  const room = maxPositionEmbeddings - 2;
  const examples: ScoredExample[] = [];
  for (let start = 0; start < ids.length; start += room) {
    const whole = [cls, ...ids.subarray(start, start + room), sep];
    for (let position = 1; position < whole.length - 1; position++) {
      examples.push({
        sequences: [{ ids: whole.with(position, mask), typeIds: new Uint8Array(whole.length) }],
        masks: [position],
        truth: whole[position],
      });
    }
  }
  const head = maskHead((example, _, logits) =>
    negativeLogLikelihood(logits, (example as ScoredExample).truth)
  );
  const losses = await predictAll(
    ...[device, encoder, head, examples, batchSize, maxPositionEmbeddings] as const,
  );
  const loss = losses.flat().reduce((sum, value) => sum + value, 0) / ids.length;
  if (!Number.isFinite(loss)) throw new RangeError("The logits of a mask are not finite");
  return { tokens: ids.length, loss, perplexity: Math.exp(loss) };
}

/** Computes `−log softmax(logits)[truth]`. */
function negativeLogLikelihood(logits: Float32Array, truth: number): number {
  const largest = logits.reduce((a, b) => Math.max(a, b));
  const sum = logits.reduce((total, logit) => total + Math.exp(logit - largest), 0);
  return largest + Math.log(sum) - logits[truth];
}
