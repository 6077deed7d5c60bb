/**
 * Decodes the answers of a dataset, scores them, and writes the prediction files.
 *
 * @module
 */
import {
  type DecodedAnswer,
  type DecodeOptions,
  decodeQuestion,
  type NBestAnswer,
  type WindowScores,
} from "./decode.ts";
import type { SquadWindow } from "./features.ts";
import {
  evaluateSquadV1,
  evaluateSquadV2,
  type GoldQuestion,
  type SquadV1Metrics,
  type SquadV2Metrics,
  writeTable,
} from "./metric/mod.ts";
import type { SquadDataset } from "./reader.ts";

/** Decoded answers by question id, in the order of the dataset. */
export type SquadAnswers = ReadonlyMap<string, DecodedAnswer>;

/** Predictions and their scores. */
export interface SquadEvaluation {
  /** Question id to answer; empty if the no-answer score is above the threshold. */
  readonly predictions: ReadonlyMap<string, string>;
  /** Metrics of the official script for these predictions and, for 2.0, the best scores for any threshold. */
  readonly metrics: SquadV1Metrics | SquadV2Metrics;
  /** Threshold of the no-answer score, above which questions are left unanswered; undefined for 1.1, `-Infinity` if answering nothing is best. */
  readonly threshold?: number;
}

/**
 * Decodes the answers to all questions.
 *
 * @param windows all windows of the dataset, in any order
 * @param scores model output for each window
 */
export function decodeDataset(
  { questions }: SquadDataset,
  windows: readonly SquadWindow[],
  scores: readonly WindowScores[],
  options: DecodeOptions = {},
): SquadAnswers {
  const groups: { window: SquadWindow; scores: WindowScores }[][] = questions.map(() => []);
  for (const [i, window] of windows.entries()) {
    groups[window.question].push({ window, scores: scores[i] });
  }
  return new Map(
    questions.map((question, i) => [question.id, decodeQuestion(question, groups[i], options)]),
  );
}

/** Returns the gold answers for the metrics. */
export function goldQuestions({ questions }: SquadDataset): GoldQuestion[] {
  return questions.map(({ id, answers }) => ({ id, answers: answers.map(({ text }) => text) }));
}

/**
 * Applies the threshold and scores the predictions.
 *
 * @param threshold threshold of the no-answer score (2.0); default the one with the best F1 on this dataset, as in the paper
 * @throws {SquadScoreError} if there are no questions, or one has no gold answer (1.1)
 */
export function evaluateAnswers(
  dataset: SquadDataset,
  answers: SquadAnswers,
  threshold?: number,
): SquadEvaluation {
  const gold = goldQuestions(dataset);
  const best = new Map(Array.from(answers, ([id, { nBest }]) => [id, nBest[0].text]));
  if (dataset.version === "1.1") {
    return { predictions: best, metrics: evaluateSquadV1(gold, best) };
  }
  const scores = noAnswerScores(answers);
  const search = evaluateSquadV2(gold, best, { scores, threshold: Infinity });
  const chosen = threshold ?? bestThreshold(search, gold);
  const predictions = new Map(
    Array.from(best, ([id, text]) => [id, scores.get(id)! > chosen ? "" : text]),
  );
  const { best_exact, best_exact_thresh, best_f1, best_f1_thresh } = search;
  const metrics = {
    ...evaluateSquadV2(gold, predictions),
    best_exact,
    best_exact_thresh,
    best_f1,
    best_f1_thresh,
  };
  return { predictions, metrics, threshold: chosen };
}

/**
 * Applies the threshold to the predictions of a dataset without gold answers.
 *
 * @param threshold threshold of the no-answer score (2.0); default 0, that of the official scripts
 */
export function unscoredPredictions(
  { version }: SquadDataset,
  answers: SquadAnswers,
  threshold: number = 0,
): ReadonlyMap<string, string> {
  return new Map(Array.from(answers, ([id, { nBest, noAnswer }]) => [
    id,
    version === "2.0" && noAnswer > threshold ? "" : nBest[0].text,
  ]));
}

/** Returns the no-answer scores by question id. */
export function noAnswerScores(answers: SquadAnswers): ReadonlyMap<string, number> {
  return new Map(Array.from(answers, ([id, { noAnswer }]) => [id, noAnswer]));
}

/** Returns the prediction files by name: `predictions.json`, `nbest_predictions.json` and, for 2.0, `null_odds.json`. */
export function predictionFiles(
  { version }: SquadDataset,
  answers: SquadAnswers,
  predictions: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const files = new Map([
    ["predictions.json", writeTable(predictions)],
    [
      "nbest_predictions.json",
      writeTable(Array.from(answers, ([id, { nBest }]) => [id, nBest.map(nBestLine)] as const)),
    ],
  ]);
  if (version === "2.0") files.set("null_odds.json", writeTable(noAnswerScores(answers)));
  return files;
}

/** Returns an answer with the field names of google-research/albert and transformers. */
function nBestLine({ text, probability, startScore, endScore }: NBestAnswer) {
  return { text, probability, start_log_prob: startScore, end_log_prob: endScore };
}

/** Returns the script's best threshold, or `-Infinity` instead of its 0 if no threshold is better than answering nothing. */
function bestThreshold({ best_f1, best_f1_thresh, total }: SquadV2Metrics, gold: GoldQuestion[]) {
  const unanswerable = gold.filter(({ answers }) => answers.length === 0).length;
  return best_f1 === 100 * unanswerable / total ? -Infinity : best_f1_thresh!;
}
