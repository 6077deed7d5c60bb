/**
 * From scores of starts and ends to answers (google-research/albert `squad_utils.py`, `write_predictions_v1` and `_v2`).
 *
 * @module
 */
import { softmax, topK } from "../../model/mod.ts";
import type { SquadWindow } from "./features.ts";
import type { SquadQuestion } from "./reader.ts";

/** A span of a window that may be an answer. */
export interface SpanScore {
  /** Position of its first token in the sequence. */
  readonly start: number;
  /** Position of its last token. */
  readonly end: number;
  /** Logit or log-probability of the start. */
  readonly startScore: number;
  /** Likewise of the end. */
  readonly endScore: number;
}

/** What a model says about a window. */
export interface WindowScores {
  /** Candidate spans, in any order; those that cannot be an answer may be among them. */
  readonly spans: readonly SpanScore[];
  /** How likely the window does not answer: only comparable with other values from the same head. */
  readonly noAnswer: number;
}

/** One of the best answers to a question. */
export interface NBestAnswer {
  /** A stretch of the paragraph. */
  readonly text: string;
  /** Where it starts in the paragraph, in UTF-16 units. */
  readonly start: number;
  /** Softmax over the question's answers. */
  readonly probability: number;
  /** Score of its start. */
  readonly startScore: number;
  /** Score of its end. */
  readonly endScore: number;
}

/** The decision on a question, before any threshold. */
export interface DecodedAnswer {
  /** The best first; never empty. */
  readonly nBest: readonly NBestAnswer[];
  /** How likely the paragraph does not answer: the least over the windows, as {@linkcode DecodeOptions} says. */
  readonly noAnswer: number;
}

/** Limits of an answer. */
export interface DecodeOptions {
  /** Answers to keep; 20 if absent. */
  readonly nBest?: number;
  /** Most tokens of an answer; 30 if absent. */
  readonly maxAnswerLength?: number;
  /**
   * Whether the no-answer score is what "no answer" has over the best answer's score (Hugging Face's `score_diff`); else it is the windows' own (the paper's
   * answer class).
   */
  readonly againstBest?: boolean;
}

/**
 * Refuses limits that no answer meets.
 *
 * @throws {RangeError} naming the limit.
 */
export function checkDecodeOptions({ nBest = 20, maxAnswerLength = 30 }: DecodeOptions): void {
  for (const [name, value] of Object.entries({ nBest, maxAnswerLength })) {
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} must be an integer from 1, got ${value}`);
    }
  }
}

/** Starts or ends to combine. */
const TOP = 20;

/**
 * The spans that the twenty best starts and the twenty best ends of a window make, start after end left out.
 *
 * @param startScores score of each position as a start
 * @param endScores likewise as an end
 */
export function combineTops(startScores: Float32Array, endScores: Float32Array): SpanScore[] {
  const ends = topK(endScores, TOP);
  return topK(startScores, TOP).flatMap((start) =>
    ends.filter((end) => end >= start).map((end) => ({
      start,
      end,
      startScore: startScores[start],
      endScore: endScores[end],
    }))
  );
}

/**
 * Scores of a window from the two logits of each token (Hugging Face's head): no answer is the span of `[CLS]` alone.
 *
 * @param startLogits one of each token
 * @param endLogits likewise
 */
export function linearScores(startLogits: Float32Array, endLogits: Float32Array): WindowScores {
  return {
    spans: combineTops(startLogits, endLogits),
    noAnswer: startLogits[0] + endLogits[0],
  };
}

/**
 * The best answers to a question.
 *
 * A span counts if it lies in its window's part of the paragraph, is not too long, and starts where its window shows the start with more context than
 * the others. Of equal texts the best counts. With no such span the answer is empty.
 *
 * @param windows the question's windows with their scores
 */
export function decodeQuestion(
  { context }: SquadQuestion,
  windows: readonly { readonly window: SquadWindow; readonly scores: WindowScores }[],
  { nBest: most = 20, maxAnswerLength = 30, againstBest = false }: DecodeOptions = {},
): DecodedAnswer {
  const candidates = windows.flatMap(({ window, scores }) =>
    scores.spans
      .filter((span) => isAnswer(window, span, maxAnswerLength))
      .map((span) => ({ window, ...span, sum: span.startScore + span.endScore }))
  ).sort((a, b) => b.sum - a.sum);
  const texts = new Set<string>();
  const best: Omit<NBestAnswer, "probability">[] = [];
  for (const { window, start, end, startScore, endScore } of candidates) {
    if (best.length === most) break;
    const from = window.pieceStarts[start - window.paragraphStart];
    const stretch = context.slice(from, window.pieceEnds[end - window.paragraphStart]);
    const text = stretch.trim();
    if (texts.has(text)) continue;
    texts.add(text);
    const space = stretch.length - stretch.trimStart().length;
    best.push({ text, start: from + space, startScore, endScore });
  }
  if (best.length === 0) best.push({ text: "", start: 0, startScore: -1e6, endScore: -1e6 });
  const probabilities = softmax(best.map(({ startScore, endScore }) => startScore + endScore));
  // A question without windows is as surely unanswered as a finite number can say.
  const noAnswer = windows.reduce((least, { scores }) => Math.min(least, scores.noAnswer), 1e6);
  const { startScore, endScore } = best.find(({ text }) => text !== "") ?? best[0];
  return {
    nBest: best.map((answer, i) => ({ ...answer, probability: probabilities[i] })),
    noAnswer: againstBest ? noAnswer - (startScore + endScore) : noAnswer,
  };
}

function isAnswer(
  { paragraphStart, maxContext }: SquadWindow,
  { start, end }: SpanScore,
  maxAnswerLength: number,
): boolean {
  return start >= paragraphStart && end >= start && end - paragraphStart < maxContext.length &&
    end - start < maxAnswerLength && maxContext[start - paragraphStart] === 1;
}
