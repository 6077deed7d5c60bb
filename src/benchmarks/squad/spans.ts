/**
 * Spans that slide over a paragraph too long for one sequence.
 *
 * @module
 */

/** A run of paragraph tokens. */
export interface Span {
  /** Its first token. */
  readonly start: number;
  /** Its tokens. */
  readonly length: number;
}

/**
 * Spans over `tokens` tokens, each starting `stride` after the one before, the last reaching the end.
 *
 * @param room most tokens of a span
 * @param stride tokens from one start to the next (google-research/albert's `doc_stride`; in Hugging Face's `run_qa.py` that name is the overlap)
 */
export function slidingSpans(tokens: number, room: number, stride: number): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < tokens;) {
    const length = Math.min(tokens - start, room);
    spans.push({ start, length });
    if (start + length === tokens) break;
    start += Math.min(length, stride);
  }
  return spans;
}

/**
 * The span that shows each token with the most context: the largest `min(left, right) + 0.01·length`, the first of equals. An answer counts only in the span
 * that is its start's.
 *
 * @returns for each token, the index of its span
 */
export function bestSpans(spans: readonly Span[]): Uint32Array {
  const last = spans.at(-1);
  const tokens = last === undefined ? 0 : last.start + last.length;
  const best = new Uint32Array(tokens);
  const scores = new Float64Array(tokens).fill(-1);
  for (const [index, { start, length }] of spans.entries()) {
    for (let offset = 0; offset < length; offset++) {
      const score = Math.min(offset, length - 1 - offset) + 0.01 * length;
      if (score > scores[start + offset]) {
        scores[start + offset] = score;
        best[start + offset] = index;
      }
    }
  }
  return best;
}
