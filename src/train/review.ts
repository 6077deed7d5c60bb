/**
 * Predictions of a held-out set for people: a confusion matrix and the worst errors.
 *
 * @module
 */
import type { MissedExample, PredictionReview } from "../runs/mod.ts";
import { softmax } from "../model/mod.ts";

export type { MissedExample, NamedReview, PredictionReview } from "../runs/mod.ts";

/** Maximum number of errors with their texts. */
const SHOWN = 20;
/** Maximum number of characters of a text. */
const LONGEST_TEXT = 280;

/** A classified example. */
export interface ClassifiedExample {
  /** Id of the row or question. */
  readonly id: string;
  /** Input of the model. */
  readonly texts: readonly string[];
  /** Correct class. */
  readonly gold: number;
}

/**
 * Returns the confusion matrix and the wrong predictions of the highest confidence.
 *
 * @param labels names of the classes
 * @param logits logits of the classes, for each example
 */
export function reviewClasses(
  labels: readonly string[],
  examples: readonly ClassifiedExample[],
  logits: readonly ArrayLike<number>[],
): PredictionReview {
  const counts = labels.map(() => labels.map(() => 0));
  const missed = examples.flatMap(({ id, texts, gold }, i) => {
    const probabilities = softmax(logits[i]);
    const confidence = Math.max(...probabilities);
    const answer = probabilities.indexOf(confidence);
    counts[gold][answer]++;
    if (answer === gold) return [];
    return [{ id, texts, gold: labels[gold], predicted: labels[answer], confidence }];
  });
  const worst = worstFirst(missed, ({ confidence }) => confidence);
  return { confusion: { labels, counts }, missed: missed.length, worst };
}

/** Returns the worst errors first, with shortened texts. */
export function worstFirst<T extends MissedExample>(
  missed: readonly T[],
  badness: (example: T) => number,
): T[] {
  return missed.toSorted((a, b) => badness(b) - badness(a)).slice(0, SHOWN)
    .map((example) => ({ ...example, texts: example.texts.map(shortened) }));
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= LONGEST_TEXT
    ? text
    : `${characters.slice(0, LONGEST_TEXT).join("")}…`;
}
