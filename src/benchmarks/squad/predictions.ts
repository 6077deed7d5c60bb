/**
 * Answers to a whole dataset: decisions, metrics and the files that hold them.
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

/** Decisions by question id, in the dataset's order. */
export type SquadAnswers = ReadonlyMap<string, DecodedAnswer>;

/** Answers with what they score. */
export interface SquadEvaluation {
  /** Question id to answer; empty where the no-answer score is above the threshold. */
  readonly predictions: ReadonlyMap<string, string>;
  /** The official script's numbers for these predictions, and in 2.0 the best that any threshold gives. */
  readonly metrics: SquadV1Metrics | SquadV2Metrics;
  /** Above this no-answer score a question stays unanswered; undefined in 1.1, `-Infinity` where answering nothing is best. */
  readonly threshold?: number;
}

/**
 * Decides every question.
 *
 * @param windows of the dataset, in any order
 * @param scores what the model says about each window
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

/** The gold side of the metrics. */
export function goldQuestions({ questions }: SquadDataset): GoldQuestion[] {
  return questions.map(({ id, answers }) => ({ id, answers: answers.map(({ text }) => text) }));
}

/**
 * Turns decisions into predictions and scores them.
 *
 * @param threshold of the no-answer score (2.0); if absent, the one that gives this very dataset the best F1, as the paper's numbers have it
 * @throws {SquadScoreError} when the dataset has no gold answers to score against.
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

/** Question id to no-answer score. */
export function noAnswerScores(answers: SquadAnswers): ReadonlyMap<string, number> {
  return new Map(Array.from(answers, ([id, { noAnswer }]) => [id, noAnswer]));
}

/** The files that answers are kept in: `predictions.json`, `nbest_predictions.json` and, for 2.0, `null_odds.json`. */
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

/** With the field names of google-research/albert and transformers. */
function nBestLine({ text, probability, startScore, endScore }: NBestAnswer) {
  return { text, probability, start_log_prob: startScore, end_log_prob: endScore };
}

/** The script's best threshold, but for its 0 where no threshold beats answering nothing. */
function bestThreshold({ best_f1, best_f1_thresh, total }: SquadV2Metrics, gold: GoldQuestion[]) {
  const unanswerable = gold.filter(({ answers }) => answers.length === 0).length;
  return best_f1 === 100 * unanswerable / total ? -Infinity : best_f1_thresh!;
}
