import type { Fragments } from "./fragments.ts";
import { Lattice, UNKNOWN_PIECE } from "./lattice.ts";
import { unknownStandIn, type Vocabulary } from "./vocabulary.ts";

/** The result of an E-step. */
export interface Expectation {
  /** Expected count of each piece. */
  readonly counts: Float64Array;
  /** Natural logarithm of the text's probability, summed over all segmentations. */
  readonly logLikelihood: number;
}

/**
 * Small path sums are multiplied by this, so that long fragments do not underflow. Each sum has a
 * count of its rescalings.
 */
const RESCALE = 1e150;
const SMALLEST = 1e-150;

/**
 * E-step: the expected count of every piece over all segmentations of the text, by the forward-backward
 * algorithm on the lattice of each fragment.
 */
export function expectedCounts(fragments: Fragments, vocabulary: Vocabulary): Expectation {
  const lattice = new Lattice(vocabulary);
  const probabilities = vocabulary.scores.map(Math.exp);
  const unknownProbability = Math.exp(lattice.unknownScore);
  const counts = new Float64Array(vocabulary.scores.length);
  const standIn = unknownStandIn(vocabulary, fragments.mostFrequentSymbol);
  if (standIn >= 0) counts[standIn] = fragments.unknownCharacters;
  const sums = new PathSums();
  let weights = new Float64Array(1024);
  let logLikelihood = 0;
  for (let fragment = 0; fragment < fragments.frequencies.length; fragment++) {
    const start = fragments.starts[fragment];
    const end = fragments.starts[fragment + 1];
    lattice.build(fragments.symbols, start, end);
    if (weights.length < lattice.edgeCount) weights = new Float64Array(2 * lattice.edgeCount);
    for (let edge = 0; edge < lattice.edgeCount; edge++) {
      const piece = lattice.pieces[edge];
      weights[edge] = piece === UNKNOWN_PIECE ? unknownProbability : probabilities[piece];
    }
    const frequency = fragments.frequencies[fragment];
    logLikelihood += frequency * sums.run(lattice, weights, end - start);
    for (let edge = 0; edge < lattice.edgeCount; edge++) {
      const piece = lattice.pieces[edge] === UNKNOWN_PIECE ? standIn : lattice.pieces[edge];
      if (piece >= 0) counts[piece] += frequency * sums.share(lattice, weights, edge);
    }
  }
  return { counts, logLikelihood };
}

/** Sums of path probabilities to and from every position of one lattice. */
class PathSums {
  #length = 0;
  #forward = new Float64Array(256);
  #backward = new Float64Array(256);
  /** Number of rescalings of the sum at each position. */
  #forwardScales = new Int32Array(256);
  #backwardScales = new Int32Array(256);

  /** @returns The logarithm of the sum over all paths through `length` symbols. */
  run(lattice: Lattice, weights: Float64Array, length: number): number {
    this.#length = length;
    if (this.#forward.length <= length) {
      this.#forward = new Float64Array(2 * length);
      this.#backward = new Float64Array(2 * length);
      this.#forwardScales = new Int32Array(2 * length);
      this.#backwardScales = new Int32Array(2 * length);
    }
    this.#runForward(lattice, weights);
    this.#runBackward(lattice, weights);
    return Math.log(this.#forward[length]) - this.#forwardScales[length] * Math.log(RESCALE);
  }

  /** Probability that a path uses an edge. */
  share(lattice: Lattice, weights: Float64Array, edge: number): number {
    const from = lattice.starts[edge];
    const to = lattice.ends[edge];
    const total = this.#forward[this.#length];
    const product = this.#forward[from] / total * weights[edge] * this.#backward[to];
    const scales = this.#forwardScales[this.#length] - this.#forwardScales[from] -
      this.#backwardScales[to];
    return scales === 0 ? product : product * Math.pow(RESCALE, scales);
  }

  #runForward(lattice: Lattice, weights: Float64Array): void {
    const { starts, ends, edgeCount } = lattice;
    const sums = this.#forward;
    sums.fill(0, 0, this.#length + 1);
    sums[0] = 1;
    let scales = 0;
    let edge = 0;
    for (let position = 0; position < this.#length; position++) {
      while (sums[position] > 0 && sums[position] < SMALLEST) {
        for (let i = position; i <= this.#length; i++) sums[i] *= RESCALE;
        scales++;
      }
      this.#forwardScales[position] = scales;
      for (; edge < edgeCount && starts[edge] === position; edge++) {
        sums[ends[edge]] += sums[position] * weights[edge];
      }
    }
    this.#forwardScales[this.#length] = scales;
  }

  #runBackward(lattice: Lattice, weights: Float64Array): void {
    const { starts, ends } = lattice;
    const sums = this.#backward;
    sums[this.#length] = 1;
    this.#backwardScales[this.#length] = 0;
    let edge = lattice.edgeCount - 1;
    for (let position = this.#length - 1; position >= 0; position--) {
      // Sums further right may have been rescaled less often, so each is converted to the current scale.
      let scales = this.#backwardScales[position + 1];
      let sum = 0;
      for (; edge >= 0 && starts[edge] === position; edge--) {
        const behind = scales - this.#backwardScales[ends[edge]];
        const later = sums[ends[edge]];
        sum += weights[edge] * (behind === 0 ? later : later * Math.pow(RESCALE, behind));
      }
      if (sum < SMALLEST) {
        sum *= RESCALE;
        scales++;
      }
      sums[position] = sum;
      this.#backwardScales[position] = scales;
    }
  }
}
