/**
 * A held-out set's predictions as people look at them: how they are spread, and the ones that went most wrong.
 *
 * @module
 */
import type { MissedExample, PredictionReview } from "../runs/mod.ts";
import { softmax } from "../model/mod.ts";

export type { MissedExample, NamedReview, PredictionReview } from "../runs/mod.ts";

/** Of so many missed examples a report shows the texts. */
const SHOWN = 20;
const LONGEST_TEXT = 280;

/** A classified example. */
export interface ClassifiedExample {
  /** Of the row or question. */
  readonly id: string;
  /** What the model read. */
  readonly texts: readonly string[];
  /** Right class. */
  readonly gold: number;
}

/**
 * Classes that were confused, and the wrong answers the model was surest of.
 *
 * @param labels names of the classes
 * @param logits of each example's classes
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

/** The examples that went most wrong, with their texts shortened. */
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
