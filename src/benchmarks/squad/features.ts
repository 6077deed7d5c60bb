/**
 * Converts questions to token sequences, `[CLS] question [SEP] span of the paragraph [SEP]`, as in google-research/albert `squad_utils.py`.
 *
 * @module
 */
import { checkCount } from "../../json/mod.ts";
import type { Segmentation, Tokenizer } from "../../text/mod.ts";
import type { SquadDataset, SquadProblem, SquadQuestion } from "./reader.ts";

/** A sequence of a question and one span of its paragraph, without padding. */
export interface SquadWindow {
  /** Index of the question in the dataset. */
  readonly question: number;
  /** Id of the question. */
  readonly id: string;
  /** The sequence; token types are 0 for `[CLS] question [SEP]` and 1 for the rest. */
  readonly sequences: readonly [{ readonly ids: Uint32Array; readonly typeIds: Uint8Array }];
  /** Position of the span's first token in the sequence. */
  readonly paragraphStart: number;
  /** Start of each token of the span in the paragraph, in UTF-16 code units. */
  readonly pieceStarts: Uint32Array;
  /** End of each token of the span in the paragraph, in UTF-16 code units. */
  readonly pieceEnds: Uint32Array;
  /** 1 for tokens that no other span shows with more context, else 0. */
  readonly maxContext: Uint8Array;
  /** Position of the answer's first token; 0 (`[CLS]`) if the span does not contain the whole answer. */
  readonly start: number;
  /** Position of the answer's last token; 0 if the span does not contain the whole answer. */
  readonly end: number;
}

/** Lengths in tokens. */
export interface SquadFeatureOptions {
  /** Maximum length of a sequence; default 384. */
  readonly maxLength?: number;
  /** Distance between the starts of consecutive spans; default 128. */
  readonly stride?: number;
  /** Maximum length of a question, which is truncated at its end; default 64. */
  readonly maxQuestionLength?: number;
}

/** The windows of a dataset. */
export interface SquadFeatures {
  /** Windows in the order of the questions. */
  readonly windows: readonly SquadWindow[];
  /** Questions without windows: those with an empty paragraph and, in training, those whose answer is not at its `answer_start`. */
  readonly dropped?: SquadProblem;
}

/** Number of special tokens: `[CLS]` and two `[SEP]`. */
const SPECIALS = 3;

/**
 * Converts questions to windows with labels for training.
 *
 * @throws {RangeError} if a question leaves no room for its paragraph, or a length is not a positive integer
 */
export function squadTrainingFeatures(
  dataset: SquadDataset,
  tokenizer: Tokenizer,
  options: SquadFeatureOptions = {},
): SquadFeatures {
  return features(dataset, tokenizer, options, true);
}

/**
 * Converts questions to windows for inference; their labels are 0.
 *
 * @throws {RangeError} if a question leaves no room for its paragraph, or a length is not a positive integer
 */
export function squadFeatures(
  dataset: SquadDataset,
  tokenizer: Tokenizer,
  options: SquadFeatureOptions = {},
): SquadFeatures {
  return features(dataset, tokenizer, options, false);
}

/** Returns whether a position can be a start or an end of an answer: positions of the span, and `[CLS]` for no answer (the inverse of `p_mask` in google-research/albert). */
export function mayAnswer(
  { paragraphStart, pieceStarts }: SquadWindow,
  position: number,
): boolean {
  const offset = position - paragraphStart;
  return position === 0 || (offset >= 0 && offset < pieceStarts.length);
}

function features(
  { questions }: SquadDataset,
  tokenizer: Tokenizer,
  { maxLength = 384, stride = 128, maxQuestionLength = 64 }: SquadFeatureOptions,
  training: boolean,
): SquadFeatures {
  for (const [name, value] of Object.entries({ maxLength, stride, maxQuestionLength })) {
    checkCount(name, value);
  }
  const windows: SquadWindow[] = [];
  let dropped = 0;
  let first = "";
  // Questions about the same paragraph are consecutive, so the paragraph is tokenized once.
  let context: string | undefined;
  let paragraph = piecesOf({ ids: new Int32Array(0), tokens: [], offsets: [] });
  for (const [index, question] of questions.entries()) {
    if (question.context !== context) {
      context = question.context;
      paragraph = piecesOf(tokenizer.encode(context, { specialTokens: true }));
    }
    const answer = training ? answerPieces(question, paragraph) : NO_ANSWER;
    if (answer === undefined || paragraph.ids.length === 0) {
      dropped++;
      first ||= `question ${question.id}: ${
        paragraph.ids.length === 0 ? "its paragraph is empty" : "its answer is not in the paragraph"
      }`;
      continue;
    }
    const ids = tokenizer.encode(question.question, { specialTokens: true }).ids
      .subarray(0, maxQuestionLength);
    const room = maxLength - ids.length - SPECIALS;
    if (room < 1) {
      throw new RangeError(
        `question ${question.id} has ${ids.length} tokens and leaves no room for its paragraph in ${maxLength}; increase the maximum sequence length (--max-seq-length) or reduce the maximum question length (--max-query-length)`,
      );
    }
    const spans = slidingSpans(paragraph.ids.length, room, stride);
    const best = bestSpans(spans);
    for (const [spanIndex, { start, length }] of spans.entries()) {
      const window = layOut(tokenizer, ids, paragraph, start, length);
      const offset = window.paragraphStart - start;
      const whole = answer !== NO_ANSWER && answer.first >= start && answer.last < start + length;
      windows.push({
        ...window,
        question: index,
        id: question.id,
        maxContext: Uint8Array.from(
          { length },
          (_, i) => Number(best[start + i] === spanIndex),
        ),
        start: whole ? answer.first + offset : 0,
        end: whole ? answer.last + offset : 0,
      });
    }
  }
  return dropped === 0 ? { windows } : { windows, dropped: { count: dropped, first } };
}

/** The tokens of a paragraph. Windows are views of these arrays. */
interface Paragraph {
  readonly ids: Int32Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

function piecesOf({ ids, offsets }: Segmentation): Paragraph {
  return {
    ids,
    starts: Uint32Array.from(offsets, ([start]) => start),
    ends: Uint32Array.from(offsets, ([, end]) => end),
  };
}

/** First and last token of an answer. */
interface AnswerPieces {
  readonly first: number;
  readonly last: number;
}

const NO_ANSWER: AnswerPieces = { first: -1, last: -1 };

/** Returns the tokens that contain the first and last characters of the first gold answer, or undefined if its position is unknown. */
function answerPieces(
  { answers, isImpossible }: SquadQuestion,
  { starts, ends }: Paragraph,
): AnswerPieces | undefined {
  const answer = answers.find(({ text }) => text !== "");
  if (answer === undefined || isImpossible) return NO_ANSWER;
  if (answer.start === undefined) return undefined;
  // Whitespace around the answer does not belong to a token.
  const start = answer.start + answer.text.length - answer.text.trimStart().length;
  const end = answer.start + answer.text.trimEnd().length;
  const first = ends.findIndex((pieceEnd) => pieceEnd > start);
  const last = starts.findLastIndex((pieceStart) => pieceStart < end);
  return first >= 0 && first <= last ? { first, last } : undefined;
}

function layOut(
  { specialIds: { cls, sep } }: Tokenizer,
  questionIds: Int32Array,
  { ids, starts, ends }: Paragraph,
  start: number,
  length: number,
): Pick<SquadWindow, "sequences" | "paragraphStart" | "pieceStarts" | "pieceEnds"> {
  const paragraphStart = questionIds.length + 2;
  const sequence = new Uint32Array(paragraphStart + length + 1);
  sequence[0] = cls;
  sequence.set(questionIds, 1);
  sequence[paragraphStart - 1] = sep;
  sequence.set(ids.subarray(start, start + length), paragraphStart);
  sequence[paragraphStart + length] = sep;
  return {
    sequences: [{
      ids: sequence,
      typeIds: new Uint8Array(sequence.length).fill(1, paragraphStart),
    }],
    paragraphStart,
    pieceStarts: starts.subarray(start, start + length),
    pieceEnds: ends.subarray(start, start + length),
  };
}

/** A contiguous range of a paragraph's tokens. */
export interface Span {
  /** First token. */
  readonly start: number;
  /** Number of tokens. */
  readonly length: number;
}

/**
 * Returns overlapping spans that cover a paragraph.
 *
 * @param tokens number of tokens of the paragraph
 * @param room maximum number of tokens of a span
 * @param stride distance between the starts of consecutive spans (`doc_stride` in google-research/albert; in Hugging Face's `run_qa.py` that name is the overlap)
 */
export function slidingSpans(tokens: number, room: number, stride: number): Span[] {
  const spans: Span[] = [];
  for (let start = 0; start < tokens;) {
    const length = Math.min(tokens - start, room);
    spans.push({ start, length });
    if (start + length === tokens) break;
    start += Math.min(length, stride);
  }
  return spans;
}

/**
 * Returns, for each token, the index of the span that shows it with the most context: the largest `min(left, right) + 0.01·length`, the first one of equals. An answer
 * is valid only in the span of its start token.
 */
export function bestSpans(spans: readonly Span[]): Uint32Array {
  const last = spans.at(-1);
  const tokens = last === undefined ? 0 : last.start + last.length;
  const best = new Uint32Array(tokens);
  const scores = new Float64Array(tokens).fill(-1);
  for (const [index, { start, length }] of spans.entries()) {
    for (let offset = 0; offset < length; offset++) {
      const score = Math.min(offset, length - 1 - offset) + 0.01 * length;
      if (score > scores[start + offset]) {
        scores[start + offset] = score;
        best[start + offset] = index;
      }
    }
  }
  return best;
}
