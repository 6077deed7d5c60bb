/**
 * RACE's metrics. They need neither a device nor files.
 *
 * @module
 */

/** The two kinds of examinations in RACE: middle school and high school. */
export type RaceLevel = "middle" | "high";

/** The part of a question that scoring needs. */
export interface ScoredQuestion {
  /** Kind of examination. */
  readonly level: RaceLevel;
  /** Correct option, 0 to 3. */
  readonly answer: number;
}

/** Accuracies as fractions; undefined for a level without questions. */
export interface RaceMetrics {
  /** Accuracy on all questions. */
  readonly accuracy: number;
  /** Accuracy on middle-school questions. */
  readonly accuracy_middle?: number;
  /** Accuracy on high-school questions. */
  readonly accuracy_high?: number;
}

/**
 * Returns the accuracy on all questions (a micro average) and on each level.
 *
 * @param questions questions with their correct options
 * @param predicted predicted options, in the same order
 * @throws {RangeError} if the lengths differ or are 0
 */
export function raceAccuracy(
  questions: readonly ScoredQuestion[],
  predicted: readonly number[],
): RaceMetrics {
  if (questions.length !== predicted.length || questions.length === 0) {
    throw new RangeError(
      `Cannot score ${predicted.length} predictions against ${questions.length} questions`,
    );
  }
  const accuracyOf = (level?: RaceLevel): number => {
    let correct = 0, total = 0;
    questions.forEach((question, i) => {
      if (level !== undefined && question.level !== level) return;
      total++;
      correct += Number(question.answer === predicted[i]);
    });
    return correct / total;
  };
  const has = (level: RaceLevel) => questions.some((question) => question.level === level);
  return {
    accuracy: accuracyOf(),
    ...(has("middle") && { accuracy_middle: accuracyOf("middle") }),
    ...(has("high") && { accuracy_high: accuracyOf("high") }),
  };
}
