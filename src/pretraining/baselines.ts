/**
 * What a model reaches without using context, to compare the masked-LM loss and accuracy with.
 *
 * @module
 */
import type { Corpus } from "../data/mod.ts";

/** The best masked-LM loss and accuracy without context. */
export interface ContextFreeBaseline {
  /** In nats per predicted token. */
  readonly loss: number;
  /** Fraction of predicted tokens. */
  readonly accuracy: number;
}

/** Fractions of the predicted tokens that are hidden by the mask token, left unchanged, or replaced; see `maskSpans`. */
const HIDDEN = 0.8, KEPT = 0.1, REPLACED = 0.1;

/**
 * Computes the lowest loss and the accuracy of a model that knows the frequency of each token in some documents, and of a position only the token in its input.
 * Where masking leaves the token unchanged, such a model can copy it: with a unigram distribution p and a vocabulary of V tokens, a visible token v is the
 * original one with probability (p(v) + p(v)/V) / (p(v) + 1/V). The unigram entropy is the loss at mask tokens only.
 *
 * @param documents numbers of the documents to count
 * @returns NaN without text
 */
export function contextFreeBaseline(
  corpus: Corpus,
  documents: ArrayLike<number>,
): ContextFreeBaseline {
  const { size } = corpus.vocabulary;
  const counts = new Float64Array(size);
  let total = 0;
  for (const document of Array.from(documents)) {
    for (const id of corpus.tokensOf(document)) {
      counts[id]++;
      total++;
    }
  }
  const p = counts.map((count) => count / total);
  const u = 1 / size; // Replacements are uniform over all tokens.
  const most = p.reduce((a, b) => Math.max(a, b));
  const entropy = p.reduce((sum, x) => x > 0 ? sum - x * Math.log(x) : sum, 0);
  let kept = 0, replaced = 0, right = 0;
  for (const x of p) {
    const original = Math.log((1 + u) / (x + u)); // log P(original token | visible token) − log p
    if (x > 0) kept -= x * (Math.log(x) + original);
    // A replaced token: −log P(y | v) = −log p(y) + log((p(v) + u) / u) unless y = v.
    replaced += u * (entropy + Math.log((x + u) / u) - x * Math.log((1 + u) / u));
    right += Math.max(x * (1 + u), most * u);
  }
  return {
    loss: HIDDEN * entropy + KEPT * kept + REPLACED * replaced,
    // Kept and replaced tokens are equally frequent, so that both are in the sum.
    accuracy: HIDDEN * most + KEPT * right,
  };
}
