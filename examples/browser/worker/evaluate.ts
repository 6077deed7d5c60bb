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
  const isHeldOut = heldOut.length >= MIN_DOCUMENTS;
  const documents = isHeldOut ? heldOut : undefined;
  const evaluate = (changes: Partial<typeof settings.examples>) => {
    const examples = heldOutSettings({ ...settings.examples, ...changes });
    const source = new ExampleDataset(corpus, examples, settings.seed + SEED_OFFSET, documents);
    return evaluatePretraining(device, encoder, source, EXAMPLES, BATCH, shape);
  };
  const own = await evaluate({});
  const { maskedLoss, maskedAccuracy, maskedTokens } = own;
  const masked = { isHeldOut, maskedLoss, maskedAccuracy, maskedTokens };
  if (encoder.config.pairObjective === "none") return { ...masked, pairs: 0, sop: null, nsp: null };
  const sop = await evaluate({ pairObjective: "sop", balancedPairs: true });
  // The wrong segment of a next-sentence pair is from another document.
  const nsp = isHeldOut || corpus.documentCount > 1
    ? (await evaluate({ pairObjective: "nsp", balancedPairs: undefined })).pairAccuracy
    : null;
  return { ...masked, pairs: sop.pairs, sop: sop.pairAccuracy, nsp };
}
