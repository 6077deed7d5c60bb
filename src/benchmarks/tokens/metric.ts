/**
 * Span metrics of tag sequences, as conlleval and seqeval compute them in their default mode. They need neither a device nor files.
 *
 * @module
 */

/** A span of words of one type. */
export interface TagSpan {
  /** `PER` of the tags `B-PER` and `I-PER`. */
  readonly type: string;
  /** First word. */
  readonly start: number;
  /** Last word. */
  readonly end: number;
}

/** Metrics of tagged sentences. All but `accuracy` count whole spans. */
export interface SpanMetrics {
  /** Fraction of predicted spans that are correct in type and both ends; 0 without predictions. */
  readonly precision: number;
  /** Fraction of correct spans that are predicted; 0 if there are none. */
  readonly recall: number;
  /** Harmonic mean of precision and recall; 0 if both are 0. */
  readonly f1: number;
  /** Fraction of words with the correct tag. */
  readonly accuracy: number;
}

/** Returns whether the tags mark spans: one of them has a prefix such as `B-`. */
export function marksSpans(tags: readonly string[]): boolean {
  return tags.some((tag) => /^[BIES]-./.test(tag));
}

/**
 * Returns the spans of a sentence's tags. Prefixes may be those of IOB1, IOB2 or IOBES. Sequences that break a scheme have spans, too: a span starts at `B` and `S`,
 * wherever the type changes, and at any tag after `O`, `E` or `S`.
 */
export function spansOf(tags: readonly string[]): TagSpan[] {
  const spans: TagSpan[] = [];
  let open: { type: string; start: number } | undefined;
  let before = "O";
  for (let i = 0; i <= tags.length; i++) {
    const tag = tags[i] ?? "O";
    const prefix = tag[0] ?? "O";
    const type = typeOf(tag);
    const outside = prefix === "O";
    const ends = outside || "BS".includes(prefix) || "ES".includes(before) || type !== open?.type;
    if (open !== undefined && ends) {
      spans.push({ ...open, end: i - 1 });
      open = undefined;
    }
    if (!outside && open === undefined) open = { type, start: i };
    before = prefix;
  }
  return spans;
}

/** Returns the type of a tag: what follows the first hyphen, or the tag without its first letter. */
function typeOf(tag: string): string {
  const rest = tag.slice(1);
  const hyphen = rest.indexOf("-");
  return rest.slice(hyphen + 1) || "_";
}

/**
 * Computes the metrics of predicted tags over all sentences together (micro average).
 *
 * @param gold correct tags of each sentence
 * @param predicted predicted tags, in the same order
 * @throws {RangeError} if the lengths differ, or there are no words
 */
export function spanMetrics(
  gold: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
): SpanMetrics {
  let words = 0, same = 0, correct = 0, found = 0, wanted = 0;
  if (gold.length !== predicted.length) {
    throw new RangeError(`Cannot score ${predicted.length} sentences against ${gold.length}`);
  }
  for (const [i, tags] of gold.entries()) {
    if (tags.length !== predicted[i].length) {
      throw new RangeError(
        `Cannot score sentence ${i}: it has ${tags.length} tags, but ${
          predicted[i].length
        } predictions`,
      );
    }
    words += tags.length;
    same += tags.filter((tag, k) => tag === predicted[i][k]).length;
    const key = ({ type, start, end }: TagSpan) => `${start} ${end} ${type}`;
    const spans = new Set(spansOf(tags).map(key));
    const answers = new Set(spansOf(predicted[i]).map(key));
    wanted += spans.size;
    found += answers.size;
    for (const answer of answers) correct += Number(spans.has(answer));
  }
  if (words === 0) throw new RangeError("Cannot score sentences without words");
  return {
    precision: found === 0 ? 0 : correct / found,
    recall: wanted === 0 ? 0 : correct / wanted,
    f1: found + wanted === 0 ? 0 : 2 * correct / (found + wanted),
    accuracy: same / words,
  };
}
