/**
 * The lines that a run logs: their types, and checks for lines read from a file.
 *
 * Each line is a JSON object with the field `step`. `events.jsonl` holds logged steps and evaluations, `tensors.jsonl` norms of every tensor, `samples.jsonl`
 * masked-LM predictions on held-out text, `reviews.jsonl` the predictions of the best evaluation.
 *
 * @module
 */
import { isNatural, isObject } from "../json/mod.ts";

/** A line of `events.jsonl`: a logged step (`loss`, `learning_rate` …) or an evaluation (`eval_loss` …), with `step` and `time`. */
export type RunEvent = Readonly<Record<string, number | string | boolean>>;

/** A line of `tensors.jsonl`, written at an evaluation. */
export interface TensorLine {
  /** Number of steps done. */
  readonly step: number;
  /** By Hugging Face's name. */
  readonly tensors: Readonly<Record<string, TensorFigures>>;
}

/** Norms of one tensor. */
export interface TensorFigures {
  /** L2 norm of the values. */
  readonly parameter_norm: number;
  /** L2 norm of the gradient before clipping. */
  readonly gradient_norm: number;
  /** LAMB's trust ratio; absent for other optimizers. */
  readonly trust_ratio?: number;
}

/** A line of `samples.jsonl`, written at an evaluation. */
export interface SampleLine {
  /** Number of steps done. */
  readonly step: number;
  /** The same examples at every step. */
  readonly samples: readonly SamplePrediction[];
}

/** Masked-LM predictions for a held-out example. */
export interface SamplePrediction {
  /** The example's pieces; `null` where a piece is masked. */
  readonly pieces: readonly (string | null)[];
  /** One entry per masked piece, in order. */
  readonly masks: readonly SampleMask[];
}

/** The prediction for one masked piece. */
export interface SampleMask {
  /** The original piece. */
  readonly truth: string;
  /** The most probable pieces, best first. */
  readonly guesses: readonly { readonly piece: string; readonly probability: number }[];
  /** Predicted probability of the original piece. */
  readonly probability: number;
}

/** A line of `reviews.jsonl`, written when an evaluation is the best so far. */
export interface ReviewLine {
  /** Number of steps done. */
  readonly step: number;
  /** Held-out sets; the one that selects the best checkpoint comes first. */
  readonly sets: readonly NamedReview[];
}

/** The review of one held-out set. */
export interface NamedReview extends PredictionReview {
  /** Empty for the set that selects the best checkpoint. */
  readonly name: string;
}

/** A summary of the predictions on a held-out set. */
export interface PredictionReview {
  /** Confusion matrix of a classification task: `counts[gold][predicted]`. */
  readonly confusion?: {
    readonly labels: readonly string[];
    readonly counts: readonly (readonly number[])[];
  };
  /** Histograms of answer lengths in words; the last bin includes all longer answers. */
  readonly answerWords?: {
    readonly gold: readonly number[];
    readonly predicted: readonly number[];
  };
  /** Number of wrong predictions. */
  readonly missed: number;
  /** The worst of them, worst first. */
  readonly worst: readonly MissedExample[];
}

/** A wrong prediction. */
export interface MissedExample {
  /** Identifier of the row, question or file. */
  readonly id: string;
  /** The model's input texts, shortened. */
  readonly texts: readonly string[];
  /** The correct answer. */
  readonly gold: string;
  /** The predicted answer. */
  readonly predicted: string;
  /** Probability of the predicted answer; absent for tasks without one. */
  readonly confidence?: number;
}

/** Whether a value is a line of `events.jsonl`. */
export function isRunEvent(value: unknown): value is RunEvent {
  return isObject(value) && isNatural(value.step);
}

/** Whether a value is a line of `tensors.jsonl`. Norms that are not finite are null in JSON. */
export function isTensorLine(value: unknown): value is TensorLine {
  return isObject(value) && isNatural(value.step) && isObject(value.tensors) &&
    Object.values(value.tensors).every((figures) =>
      isObject(figures) &&
      Object.values(figures).every((figure) => figure === null || isNumber(figure))
    );
}

/** Whether a value is a line of `samples.jsonl`, with one entry in `masks` for each masked piece. */
export function isSampleLine(value: unknown): value is SampleLine {
  return isObject(value) && isNatural(value.step) && isListOf(value.samples, isSample);
}

/** Whether a value is a line of `reviews.jsonl`. */
export function isReviewLine(value: unknown): value is ReviewLine {
  return isObject(value) && isNatural(value.step) && isListOf(value.sets, isReview);
}

function isSample(value: unknown): boolean {
  if (!isObject(value) || !isListOf(value.masks, isMask)) return false;
  const { pieces, masks } = value;
  const isPiece = (piece: unknown) => piece === null || typeof piece === "string";
  if (!isListOf(pieces, isPiece)) return false;
  return pieces.filter((piece) => piece === null).length === (masks as unknown[]).length;
}

function isMask(value: unknown): boolean {
  return isObject(value) && typeof value.truth === "string" && isNumber(value.probability) &&
    isListOf(value.guesses, isGuess);
}

function isGuess(value: unknown): boolean {
  return isObject(value) && typeof value.piece === "string" && isNumber(value.probability);
}

function isReview(value: unknown): boolean {
  if (!isObject(value) || typeof value.name !== "string" || !isNumber(value.missed)) return false;
  const { confusion, answerWords, worst } = value;
  return isListOf(worst, isMissedExample) && (confusion === undefined || isConfusion(confusion)) &&
    (answerWords === undefined || isObject(answerWords) && isListOf(answerWords.gold, isNumber) &&
        isListOf(answerWords.predicted, isNumber));
}

function isConfusion(value: unknown): boolean {
  return isObject(value) && isListOf(value.labels, isText) &&
    isListOf(value.counts, (row) => isListOf(row, isNumber));
}

function isMissedExample(value: unknown): boolean {
  return isObject(value) && [value.id, value.gold, value.predicted].every(isText) &&
    isListOf(value.texts, isText) &&
    (value.confidence === undefined || isNumber(value.confidence));
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isListOf(value: unknown, is: (item: unknown) => boolean): value is unknown[] {
  return Array.isArray(value) && value.every(is);
}

function isNumber(value: unknown): boolean {
  return typeof value === "number";
}
