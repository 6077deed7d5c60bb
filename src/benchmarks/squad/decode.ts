/**
 * Converts scores of starts and ends to answers (google-research/albert `squad_utils.py`, `write_predictions_v1` and `write_predictions_v2`).
 *
 * @module
 */
import { checkCount } from "../../json/mod.ts";
import { softmax, topK } from "../../model/mod.ts";
import type { SquadWindow } from "./features.ts";
import type { SquadQuestion } from "./reader.ts";

/** A candidate span of a window. */
export interface SpanScore {
  /** Position of the first token in the sequence. */
  readonly start: number;
  /** Position of the last token in the sequence. */
  readonly end: number;
  /** Logit or log-probability of the start. */
  readonly startScore: number;
  /** Logit or log-probability of the end. */
  readonly endScore: number;
}

/** A model's output for a window. */
export interface WindowScores {
  /** Candidate spans in any order; they may include invalid ones. */
  readonly spans: readonly SpanScore[];
  /** Score that the window contains no answer; comparable only between outputs of the same head. */
  readonly noAnswer: number;
}

/** One of the n best answers to a question. */
export interface NBestAnswer {
  /** Text of the answer, a part of the paragraph; empty if no span is valid. */
  readonly text: string;
  /** Start in the paragraph, in UTF-16 code units. */
  readonly start: number;
  /** Softmax over the n best answers. */
  readonly probability: number;
  /** Score of the start. */
  readonly startScore: number;
  /** Score of the end. */
  readonly endScore: number;
}

/** The n best answers to a question and its no-answer score, before any threshold. */
export interface DecodedAnswer {
  /** At least one answer, the best first. */
  readonly nBest: readonly NBestAnswer[];
  /** No-answer score: the minimum over the windows; see {@linkcode DecodeOptions.againstBest}. */
  readonly noAnswer: number;
}

/** Options for decoding answers. */
export interface DecodeOptions {
  /** Number of answers to keep; default 20. */
  readonly nBest?: number;
  /** Maximum number of tokens of an answer; default 30. */
  readonly maxAnswerLength?: number;
  /**
   * Whether the no-answer score is the score of "no answer" minus that of the best answer (`score_diff` in Hugging Face), as for the linear head. If false, it is
   * the model's no-answer score (the paper's answer class). Default false.
   */
  readonly againstBest?: boolean;
}

/**
 * Checks decoding options.
 *
 * @throws {RangeError} if an option is not a positive integer
 */
export function checkDecodeOptions({ nBest = 20, maxAnswerLength = 30 }: DecodeOptions): void {
  for (const [name, value] of Object.entries({ nBest, maxAnswerLength })) {
    checkCount(name, value);
  }
}

/** Number of starts and of ends to combine. */
const TOP = 20;

/**
 * Returns all spans of the twenty best starts and twenty best ends of a window whose end is not before the start.
 *
 * @param startScores start score of each position
 * @param endScores end score of each position
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
 * Returns the scores of a window for the linear head. The no-answer score is that of the span of `[CLS]`.
 *
 * @param startLogits start logit of each token
 * @param endLogits end logit of each token
 */
export function linearScores(startLogits: Float32Array, endLogits: Float32Array): WindowScores {
  return {
    spans: combineTops(startLogits, endLogits),
    noAnswer: startLogits[0] + endLogits[0],
  };
}

/**
 * Returns the best answers to a question.
 *
 * A span is valid if it is in its window's part of the paragraph, is not too long, and no other window shows its start with more context. Of equal texts the best one
 * is kept. If no span is valid, the answer is empty.
 *
 * @param windows all windows of the question with their scores
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
    const covered = context.slice(from, window.pieceEnds[end - window.paragraphStart]);
    const text = covered.trim();
    if (texts.has(text)) continue;
    texts.add(text);
    const space = covered.length - covered.trimStart().length;
    best.push({ text, start: from + space, startScore, endScore });
  }
  if (best.length === 0) best.push({ text: "", start: 0, startScore: -1e6, endScore: -1e6 });
  const probabilities = softmax(best.map(({ startScore, endScore }) => startScore + endScore));
  // A question without windows gets the largest no-answer score, which must be finite.
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

/**
 * Averages the scores of several models (paper §4.9): scores of a span over the models that propose it, as in google-research/albert, and the no-answer score over
 * all models.
 *
 * @param models the scores of each model for the same windows
 */
export function averageScores(models: readonly (readonly WindowScores[])[]): WindowScores[] {
  return models[0].map((_, window) => {
    const outputs = models.map((scores) => scores[window]);
    const spans = new Map<string, { sum: SpanScore; count: number }>();
    for (const span of outputs.flatMap(({ spans }) => spans)) {
      const key = `${span.start}-${span.end}`;
      const { sum, count } = spans.get(key) ??
        { sum: { ...span, startScore: 0, endScore: 0 }, count: 0 };
      spans.set(key, {
        sum: {
          ...sum,
          startScore: sum.startScore + span.startScore,
          endScore: sum.endScore + span.endScore,
        },
        count: count + 1,
      });
    }
    return {
      spans: Array.from(spans.values(), ({ sum, count }) => ({
        ...sum,
        startScore: sum.startScore / count,
        endScore: sum.endScore / count,
      })),
      noAnswer: outputs.reduce((sum, { noAnswer }) => sum + noAnswer, 0) / models.length,
    };
  });
}
