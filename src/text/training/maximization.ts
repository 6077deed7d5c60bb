import { selectPieces, type Vocabulary } from "./vocabulary.ts";

/** Pieces with a smaller expected count are removed (`kExpectedFrequencyThreshold`). */
const EXPECTED_FREQUENCY_THRESHOLD = 0.5;

/**
 * M-step: removes pieces that are rarely used, and sets the scores of the others from their expected
 * counts. The digamma function in place of the logarithm is a sparse prior: it reduces the
 * probability of rare pieces (Liang and Klein, "Structured Bayesian Nonparametric Models with Variational
 * Inference", ACL tutorial 2007; SentencePiece's `RunMStep`).
 */
export function maximize(vocabulary: Vocabulary, expectedCounts: Float64Array): Vocabulary {
  const kept: number[] = [];
  let total = 0;
  for (let piece = 0; piece < expectedCounts.length; piece++) {
    if (expectedCounts[piece] < EXPECTED_FREQUENCY_THRESHOLD) continue;
    kept.push(piece);
    total += expectedCounts[piece];
  }
  const logTotal = digamma(total);
  const indices = Int32Array.from(kept);
  const scores = Float64Array.from(kept, (piece) => digamma(expectedCounts[piece]) - logTotal);
  return selectPieces(vocabulary, indices, scores);
}

/**
 * The derivative of the logarithm of the gamma function, for positive numbers: recurrence up to 7,
 * then the asymptotic series in x − 1/2.
 */
export function digamma(x: number): number {
  let result = 0;
  for (; x < 7; x++) result -= 1 / x;
  x -= 0.5;
  const inverse2 = 1 / (x * x);
  const inverse4 = inverse2 * inverse2;
  return result + Math.log(x) + inverse2 / 24 - 7 / 960 * inverse4 +
    31 / 8064 * inverse4 * inverse2 - 127 / 30720 * inverse4 * inverse4;
}
