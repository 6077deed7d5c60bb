/** The two kinds of school whose examinations RACE holds. */
export type RaceLevel = "middle" | "high";

/** A question as far as scoring needs it. */
export interface ScoredQuestion {
  /** Kind of school. */
  readonly level: RaceLevel;
  /** Right option, 0 to 3. */
  readonly answer: number;
}

/** Shares of right answers; a level without questions has none. */
export interface RaceMetrics {
  /** Over all questions. */
  readonly accuracy: number;
  /** Over the middle school's. */
  readonly accuracy_middle?: number;
  /** Over the high school's. */
  readonly accuracy_high?: number;
}

/**
 * RACE's accuracies: over all questions (so a micro average) and a level apart.
 *
 * @param questions with their right options
 * @param predicted options, as many
 * @throws {RangeError} when the lists differ in length or are empty.
 */
export function raceAccuracy(
  questions: readonly ScoredQuestion[],
  predicted: readonly number[],
): RaceMetrics {
  if (questions.length !== predicted.length || questions.length === 0) {
    throw new RangeError(
      `Cannot score ${predicted.length} predictions: there are ${questions.length} questions`,
    );
  }
  const share = (level?: RaceLevel): number => {
    let right = 0, all = 0;
    questions.forEach((question, i) => {
      if (level !== undefined && question.level !== level) return;
      all++;
      right += Number(question.answer === predicted[i]);
    });
    return right / all;
  };
  const has = (level: RaceLevel) => questions.some((question) => question.level === level);
  return {
    accuracy: share(),
    ...(has("middle") && { accuracy_middle: share("middle") }),
    ...(has("high") && { accuracy_high: share("high") }),
  };
}
