/**
 * The reviewed predictions of an evaluation, as a run folder stores them and a report shows them.
 *
 * @module
 */

/** A prediction that missed. */
export interface MissedExample {
  /** Of the row, question or file. */
  readonly id: string;
  /** What the model read, each text shortened. */
  readonly texts: readonly string[];
  /** The right answer. */
  readonly gold: string;
  /** What the model answered. */
  readonly predicted: string;
  /** Probability that the model gave its answer; absent where it gives none. */
  readonly confidence?: number;
}

/** What a report shows of a held-out set. */
export interface PredictionReview {
  /** Of classes: `counts[gold][predicted]`. */
  readonly confusion?: {
    readonly labels: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
  /** Of answers: how many have so many words, by number of words; the last also counts all longer ones. */
  readonly answerWords?: {
    readonly gold: readonly number[];
    readonly predicted: readonly number[];
  };
  /** How many were missed. */
  readonly missed: number;
  /** The worst of them first. */
  readonly worst: readonly MissedExample[];
}

/** What the report shows of a held-out set. */
export interface NamedReview extends PredictionReview {
  /** Empty for the set that decides which checkpoint is the best. */
  readonly name: string;
}
