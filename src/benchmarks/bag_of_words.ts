/**
 * A linear baseline for text classification: logistic regression on the words of a text, without their order.
 *
 * @module
 */

/** A text, or a pair of texts, with its class id. */
export interface LabeledTexts {
  /** One or two texts. */
  readonly texts: readonly string[];
  /** Class id from 0; absent in test files. Rows without it are skipped. */
  readonly label?: number;
}

/** Weight of the squared coefficients, as `C = 1` in scikit-learn. */
const PENALTY = 1;
/** Iterations of the optimizer, which stops earlier if the gradient vanishes. */
const ITERATIONS = 300;

/**
 * Fits a logistic regression to the words of labeled texts. A feature is the presence of a lower-case word or punctuation mark in the
 * first or in the second text. The loss is the sum of the cross-entropies plus half the sum of the squared weights; the biases are not
 * penalized. It is convex, so the result depends on the rows alone.
 *
 * @param rows training rows
 * @returns a function from texts to the most probable class id
 * @throws {RangeError} If no row has a label, or a label is not a non-negative integer.
 *
 * @example How far do words alone go?
 * ```ts
 * import { trainBagOfWords } from "./bag_of_words.ts";
 *
 * const classOf = trainBagOfWords([
 *   { texts: ["a good film"], label: 1 },
 *   { texts: ["a bad film"], label: 0 },
 * ]);
 * if (classOf(["good"]) !== 1) throw new Error("wrong class");
 * ```
 */
export function trainBagOfWords(
  rows: Iterable<LabeledTexts>,
): (texts: readonly string[]) => number {
  const vocabulary = new Map<string, number>();
  const examples: Example[] = [];
  let classes = 0;
  for (const { texts, label } of rows) {
    if (label === undefined) continue;
    if (!Number.isInteger(label) || label < 0) {
      throw new RangeError(`label must be a non-negative integer, got ${label}`);
    }
    const features = [...wordsOf(texts)].map((word) => {
      const known = vocabulary.get(word);
      if (known === undefined) vocabulary.set(word, vocabulary.size);
      return known ?? vocabulary.size - 1;
    });
    examples.push({ features: Int32Array.from(features), label });
    classes = Math.max(classes, label + 1);
  }
  if (examples.length === 0) throw new RangeError("A bag of words needs at least one labeled row");
  const weights = fit(examples, vocabulary.size, Math.max(classes, 2));
  return (texts) => {
    const features = [...wordsOf(texts)].flatMap((word) => vocabulary.get(word) ?? []);
    const scores = scoresOf(features, weights, vocabulary.size, Math.max(classes, 2));
    return scores.indexOf(Math.max(...scores));
  };
}

/**
 * Returns the accuracy of a bag of words on test rows.
 *
 * @param train rows to fit
 * @param test rows to predict; those without a label are skipped
 * @returns a fraction from 0 to 1, or NaN without labeled test rows
 */
export function bagOfWordsAccuracy(
  train: Iterable<LabeledTexts>,
  test: Iterable<LabeledTexts>,
): number {
  const classOf = trainBagOfWords(train);
  let right = 0, all = 0;
  for (const { texts, label } of test) {
    if (label === undefined) continue;
    if (classOf(texts) === label) right++;
    all++;
  }
  return right / all;
}

interface Example {
  /** Indices of its words. */
  readonly features: Int32Array;
  readonly label: number;
}

/** The words and punctuation marks of texts, each with the number of its text, without repetitions. */
function wordsOf(texts: readonly string[]): Set<string> {
  return new Set(
    texts.flatMap((text, i) =>
      (text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+|[^\s\p{L}\p{M}\p{N}]/gu) ?? [])
        .map((word) => `${i} ${word}`)
    ),
  );
}

/** Scores per class. Two classes share one weight vector; the score of the first class is 0. A row of weights ends with its bias. */
function scoresOf(
  features: ArrayLike<number>,
  weights: Float64Array,
  words: number,
  classes: number,
): number[] {
  const scores = new Array<number>(classes).fill(0);
  const first = classes === 2 ? 1 : 0;
  for (let c = first; c < classes; c++) {
    const at = (c - first) * (words + 1);
    let score = weights[at + words];
    for (let i = 0; i < features.length; i++) score += weights[at + features[i]];
    scores[c] = score;
  }
  return scores;
}

function fit(examples: readonly Example[], words: number, classes: number): Float64Array {
  const vectors = classes === 2 ? 1 : classes;
  const first = classes - vectors;
  return minimize(vectors * (words + 1), (weights, gradient) => {
    let loss = 0;
    for (let at = 0; at < weights.length; at++) {
      const penalized = at % (words + 1) === words ? 0 : PENALTY * weights[at];
      gradient[at] = penalized;
      loss += penalized * weights[at] / 2;
    }
    for (const { features, label } of examples) {
      const scores = scoresOf(features, weights, words, classes);
      const most = Math.max(...scores);
      const sum = scores.reduce((total, score) => total + Math.exp(score - most), 0);
      loss += Math.log(sum) + most - scores[label];
      for (let c = first; c < classes; c++) {
        const error = Math.exp(scores[c] - most) / sum - Number(c === label);
        const at = (c - first) * (words + 1);
        gradient[at + words] += error;
        for (let i = 0; i < features.length; i++) gradient[at + features[i]] += error;
      }
    }
    return loss;
  });
}

/** Pairs of steps and gradient changes that approximate the curvature. */
const HISTORY = 10;
/** Relative size of a gradient that counts as zero. */
const FLAT = 1e-8;

/** Minimizes a smooth convex function from 0 with L-BFGS (Nocedal and Wright, algorithm 7.5) and a backtracking line search. */
function minimize(
  size: number,
  evaluate: (point: Float64Array, gradient: Float64Array) => number,
): Float64Array {
  let point = new Float64Array(size), gradient = new Float64Array(size);
  let value = evaluate(point, gradient);
  const flat = FLAT * Math.max(1, Math.sqrt(dot(gradient, gradient)));
  const history: { step: Float64Array; change: Float64Array; curvature: number }[] = [];
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    if (Math.sqrt(dot(gradient, gradient)) <= flat) break;
    const direction = descent(gradient, history);
    const slope = dot(direction, gradient);
    // Without history, the length of a step is unknown.
    let length = history.length === 0 ? 1 / Math.sqrt(-slope) : 1;
    let next = point, nextGradient = gradient, nextValue = Infinity;
    while (length > Number.EPSILON) {
      next = point.map((x, i) => x + length * direction[i]);
      nextGradient = new Float64Array(size);
      nextValue = evaluate(next, nextGradient);
      if (nextValue <= value + 1e-4 * length * slope) break;
      length /= 2;
    }
    // Rounding errors exceed what a step can gain.
    if (!(nextValue < value)) break;
    const step = next.map((x, i) => x - point[i]);
    const change = nextGradient.map((g, i) => g - gradient[i]);
    const curvature = dot(step, change);
    if (curvature > 0) history.push({ step, change, curvature });
    if (history.length > HISTORY) history.shift();
    [point, gradient, value] = [next, nextGradient, nextValue];
  }
  return point;
}

/** The direction of a quasi-Newton step: minus the approximate inverse Hessian times the gradient. */
function descent(
  gradient: Float64Array,
  history: readonly {
    readonly step: Float64Array;
    readonly change: Float64Array;
    readonly curvature: number;
  }[],
): Float64Array {
  const direction = gradient.map((g) => -g);
  const shares = new Array<number>(history.length);
  for (const [i, { step, change, curvature }] of [...history.entries()].reverse()) {
    shares[i] = dot(step, direction) / curvature;
    add(direction, change, -shares[i]);
  }
  const last = history.at(-1);
  if (last !== undefined) {
    const scale = last.curvature / dot(last.change, last.change);
    for (let i = 0; i < direction.length; i++) direction[i] *= scale;
  }
  for (const [i, { step, change, curvature }] of history.entries()) {
    add(direction, step, shares[i] - dot(change, direction) / curvature);
  }
  return direction;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function add(to: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < to.length; i++) to[i] += times * what[i];
}
