/**
 * What the metrics need of a SQuAD file.
 *
 * @module
 */

/** A question with the answers that count as right. */
export interface GoldQuestion {
  /** Its id. */
  readonly id: string;
  /** Texts of the gold answers; none for a question without an answer (2.0). */
  readonly answers: readonly string[];
}

/** Predictions, in the order of their file: question id to answer. */
export type Predictions = ReadonlyMap<string, string>;

/** What is wrong with gold questions and predictions together; the message names the id. */
export class SquadScoreError extends Error {
  /** @ignore */
  override readonly name: string = "SquadScoreError";
}
