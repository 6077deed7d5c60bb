/**
 * Evaluates a run on its held-out documents, or on the whole text if they are few.
 *
 * @module
 */
import {
  type BatchShape,
  type Corpus,
  type Device,
  evaluatePretraining,
  ExampleDataset,
  heldOutSettings,
  NoExamplesError,
} from "@albert-lab/albert";
import type { Encoder } from "@albert-lab/albert/model";
import type { RunEvaluation } from "../protocol.ts";
import type { Recipe } from "../recipe.ts";

/** Examples per objective. */
const EXAMPLES = 96;
/** Examples per forward pass. */
const BATCH = 16;
/** Added to the seed of the run, so that other tokens are masked than in training. */
const SEED_OFFSET = 1_000_003;

/** With fewer held-out documents, the whole text is used. */
const MIN_DOCUMENTS = 8;

/** A text, and the numbers of its held-out documents. */
export interface EvaluationText {
  readonly corpus: Corpus;
  readonly heldOut: ArrayLike<number>;
}

/**
 * Evaluates masked tokens, and both objectives of pairs, also the one that the model was not trained with, as in the paper's Table 5.
 *
 * Half of the sentence-order pairs are packed from their end, because the model could otherwise infer the order from the segment that is cut off.
 */
export async function evaluateRun(
  device: Device,
  encoder: Encoder,
  { settings }: Recipe,
  { corpus, heldOut }: EvaluationText,
  shape: BatchShape,
): Promise<RunEvaluation> {
  /** The examples; null if the documents have none of this kind. */
  const sourceOf = (
    changes: Partial<typeof settings.examples>,
    documents: ArrayLike<number> | undefined,
  ): ExampleDataset | null => {
    const examples = heldOutSettings({ ...settings.examples, ...changes });
    try {
      return new ExampleDataset(corpus, examples, settings.seed + SEED_OFFSET, documents);
    } catch (error) {
      if (error instanceof NoExamplesError) return null;
      throw error;
    }
  };
  const measure = (source: ExampleDataset) =>
    evaluatePretraining(device, encoder, source, EXAMPLES, BATCH, shape);
  const held = heldOut.length >= MIN_DOCUMENTS ? sourceOf({}, heldOut) : null;
  const isHeldOut = held !== null;
  const documents = isHeldOut ? heldOut : undefined;
  const own = await measure(held ?? sourceOf({}, undefined)!);
  const { maskedLoss, maskedAccuracy, maskedTokens } = own;
  const masked = { isHeldOut, maskedLoss, maskedAccuracy, maskedTokens };
  if (encoder.config.pairObjective === "none") return { ...masked, pairs: 0, sop: null, nsp: null };
  // A text of long sentences has no pairs in order, and one of a single document no pairs across documents.
  const sources = [
    sourceOf({ pairObjective: "sop", balancedPairs: true }, documents),
    sourceOf({ pairObjective: "nsp", balancedPairs: undefined }, documents),
  ];
  const [sop, nsp] = [
    sources[0] && await measure(sources[0]),
    sources[1] && await measure(sources[1]),
  ];
  return {
    ...{ ...masked, pairs: (sop ?? nsp)?.pairs ?? 0 },
    ...{ sop: sop?.pairAccuracy ?? null, nsp: nsp?.pairAccuracy ?? null },
  };
}
