/**
 * Whether a line of a run folder is what a report can draw.
 *
 * @module
 */
import { isObject } from "../json/mod.ts";
import type { RunEvent } from "../runs/disk.ts";
import type { ReviewLine, SampleLine, TensorLine } from "./run_record.ts";

/** Whether a value is a line of `events.jsonl`. */
export function isRunEvent(value: unknown): value is RunEvent {
  return isObject(value) && isStep(value.step);
}

/** Whether a value is a line of `samples.jsonl`: with as many masks as pieces are hidden. */
export function isSampleLine(value: unknown): value is SampleLine {
  return isObject(value) && isStep(value.step) && isListOf(value.samples, isSample);
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

/** Whether a value is a line of `tensors.jsonl`. Norms that were no number are null in JSON. */
export function isTensorLine(value: unknown): value is TensorLine {
  return isObject(value) && isStep(value.step) && isObject(value.tensors) &&
    Object.values(value.tensors).every((figures) =>
      isObject(figures) &&
      Object.values(figures).every((figure) => figure === null || isNumber(figure))
    );
}

/** Whether a value is a line of `reviews.jsonl`. */
export function isReviewLine(value: unknown): value is ReviewLine {
  return isObject(value) && isStep(value.step) && isListOf(value.sets, isReview);
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

function isStep(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
