/**
 * Other segmentations than the best one: the n best, and samples for subword regularization.
 *
 * Source: google/sentencepiece, `src/unigram_model.cc` (`Lattice::NBest`, `Lattice::Sample`,
 * `Model::PopulateNodes`) and `src/sentencepiece_processor.cc` (`SampleEncode`); Kudo, "Subword
 * Regularization", ACL 2018.
 *
 * @module
 */

/** A piece at a place of a text. */
interface Node {
  readonly id: number;
  /** Place of its first character. */
  readonly start: number;
  /** Place after its last character. */
  readonly end: number;
  readonly score: number;
  /** Score of the best path up to and with this node. */
  best: number;
}

/** Finds the pieces that begin at each character of a text, shortest first. */
export type PiecesAt = (
  character: number,
) => readonly { readonly id: number; readonly end: number; readonly score: number }[];

/** One segmentation: the pieces with the characters at which they end, and its log probability. */
export interface Path {
  readonly ids: readonly number[];
  readonly ends: readonly number[];
  readonly score: number;
}

/** More segmentations are never searched for (SentencePiece's limit). */
export const MOST_SEGMENTATIONS = 1024;
const LARGEST_AGENDA = 10_000, SMALLEST_AGENDA = 512;

/** All ways to cut a text of some characters into pieces. */
export class SegmentationLattice {
  readonly #length: number;
  /** Nodes that end at each place, in the order of their starts. */
  readonly #endingAt: Node[][];

  /**
   * Builds the lattice.
   *
   * @param length Number of characters.
   * @param piecesAt Finds pieces; for every character at least one.
   */
  constructor(length: number, piecesAt: PiecesAt) {
    this.#length = length;
    this.#endingAt = Array.from({ length: length + 1 }, () => []);
    for (let start = 0; start < length; start++) {
      const before = start === 0 ? 0 : bestOf(this.#endingAt[start]);
      for (const { id, end, score } of piecesAt(start)) {
        this.#endingAt[end].push({ id, start, end, score, best: Math.fround(before + score) });
      }
    }
  }

  /**
   * Returns the most probable paths, best first (A* search from the end, in single precision).
   *
   * @param count Most paths to return.
   */
  nBest(count: number): Path[] {
    const paths: Path[] = [];
    const before = bestOf(this.#endingAt[this.#length]);
    let agenda = new Agenda();
    agenda.push({ node: null, place: this.#length, next: null, whole: before, rest: 0 });
    for (let top = agenda.pop(); top !== undefined; top = agenda.pop()) {
      if (top.place < 0) {
        paths.push(pathOf(top));
        if (paths.length === count) break;
        continue;
      }
      // The start of the text is a separate node, which determines the order of equal paths.
      if (top.place === 0) {
        agenda.push({ node: null, place: -1, next: top, whole: top.rest, rest: top.rest });
      }
      for (const node of this.#endingAt[top.place]) {
        agenda.push({
          node,
          place: node.start,
          next: top,
          whole: Math.fround(node.best + top.rest),
          rest: Math.fround(node.score + top.rest),
        });
      }
      if (agenda.size < LARGEST_AGENDA) continue;
      const smaller = new Agenda();
      for (let i = Math.min(SMALLEST_AGENDA, 10 * count); i > 0; i--) smaller.push(agenda.pop()!);
      agenda = smaller;
    }
    return paths;
  }

  /**
   * Draws a path with probability proportional to its probability to the power of `alpha`
   * (forward filtering, backward sampling).
   *
   * @param alpha 0: all paths alike; larger: the best path more often.
   * @param random Returns numbers from 0 to below 1.
   */
  sample(alpha: number, random: () => number): Path {
    const total = new Float64Array(this.#length + 1).fill(-Infinity);
    total[0] = 0;
    const weight = (node: Node) => total[node.start] + alpha * node.score;
    for (let place = 1; place <= this.#length; place++) {
      total[place] = logSumExp(this.#endingAt[place].map(weight));
    }
    const nodes: Node[] = [];
    for (let place = this.#length; place > 0; place = nodes.at(-1)!.start) {
      const ending = this.#endingAt[place];
      const weights = ending.map((node) => Math.exp(weight(node) - total[place]));
      nodes.push(ending[draw(weights, random)]);
    }
    nodes.reverse();
    return {
      ids: nodes.map(({ id }) => id),
      ends: nodes.map(({ end }) => end),
      score: nodes.reduce((sum, { score }) => sum + score, 0),
    };
  }
}

/**
 * Draws one of the best paths with probability proportional to its probability to the power of
 * `alpha`.
 */
export function samplePath(paths: readonly Path[], alpha: number, random: () => number): Path {
  const logs = paths.map(({ score }) => alpha * score);
  const total = logSumExp(logs);
  return paths[draw(logs.map((log) => Math.exp(log - total)), random)];
}

function draw(weights: readonly number[], random: () => number): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
  for (let i = 0; i < weights.length; i++) {
    left -= weights[i];
    if (left < 0) return i;
  }
  return weights.length - 1;
}

function logSumExp(values: readonly number[]): number {
  const highest = Math.max(...values);
  if (highest === -Infinity) return highest;
  return highest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - highest), 0));
}

function bestOf(nodes: readonly Node[]): number {
  return nodes.reduce((best, node) => Math.max(best, node.best), -Infinity);
}

/** The end of a path, back from the end of the text. */
interface Hypothesis {
  readonly node: Node | null;
  readonly place: number;
  readonly next: Hypothesis | null;
  /** Score of the best path that ends so. */
  readonly whole: number;
  /** Score of this end alone. */
  readonly rest: number;
}

function pathOf(hypothesis: Hypothesis): Path {
  const ids: number[] = [], ends: number[] = [];
  for (let at = hypothesis.next; at?.node; at = at.next) {
    ids.push(at.node.id);
    ends.push(at.node.end);
  }
  return { ids, ends, score: hypothesis.whole };
}

/**
 * A priority queue with the order of equal entries of libstdc++'s `std::priority_queue`, so that
 * equally probable paths come in SentencePiece's order.
 */
class Agenda {
  readonly #heap: Hypothesis[] = [];

  get size(): number {
    return this.#heap.length;
  }

  push(entry: Hypothesis): void {
    this.#heap.push(entry);
    this.#raise(this.#heap.length - 1, entry);
  }

  pop(): Hypothesis | undefined {
    const heap = this.#heap;
    const top = heap[0], last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let hole = 0, child = 0;
    // The hole goes down to a leaf first, then the last entry goes up from there.
    while (child < (heap.length - 1) >> 1) {
      child = 2 * child + 2;
      if (heap[child].whole < heap[child - 1].whole) child--;
      heap[hole] = heap[child];
      hole = child;
    }
    if (heap.length % 2 === 0 && child === (heap.length - 2) >> 1) {
      child = 2 * child + 1;
      heap[hole] = heap[child];
      hole = child;
    }
    this.#raise(hole, last);
    return top;
  }

  #raise(hole: number, entry: Hypothesis): void {
    const heap = this.#heap;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (!(heap[parent].whole < entry.whole)) break;
      heap[hole] = heap[parent];
      hole = parent;
    }
    heap[hole] = entry;
  }
}
