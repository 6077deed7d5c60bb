/**
 * Questions as token sequences: `[CLS] question [SEP] part of the paragraph [SEP]` (google-research/albert `squad_utils.py`).
 *
 * @module
 */
import type { Segmentation, Tokenizer } from "../../text/mod.ts";
import type { SquadDataset, SquadProblem, SquadQuestion } from "./reader.ts";
import { bestSpans, slidingSpans } from "./spans.ts";

/** One sequence: a question with one span of its paragraph. No padding is stored. */
export interface SquadWindow {
  /** Index of the question in the dataset. */
  readonly question: number;
  /** The question's id. */
  readonly id: string;
  /** The one sequence: token ids, and types that are 0 for `[CLS] question [SEP]` and 1 for the rest. */
  readonly sequences: readonly [{ readonly ids: Uint32Array; readonly typeIds: Uint8Array }];
  /** Position of the span's first token in the sequence. */
  readonly paragraphStart: number;
  /** Where the text of each of the span's tokens starts in the paragraph, in UTF-16 units. */
  readonly pieceStarts: Uint32Array;
  /** Where it ends. */
  readonly pieceEnds: Uint32Array;
  /** 1 for tokens of the span that no other span shows with more context. */
  readonly maxContext: Uint8Array;
  /** Position of the answer's first token; 0, `[CLS]`, where the span does not hold the whole answer. */
  readonly start: number;
  /** Position of its last token; 0 likewise. */
  readonly end: number;
}

/** Lengths, in tokens. */
export interface SquadFeatureOptions {
  /** Of a sequence; 384 if absent. */
  readonly maxLength?: number;
  /** From one span's start to the next; 128 if absent. */
  readonly stride?: number;
  /** Of a question, whose rest is cut; 64 if absent. */
  readonly maxQuestionLength?: number;
}

/** What became of a dataset. */
export interface SquadFeatures {
  /** In the order of the questions. */
  readonly windows: readonly SquadWindow[];
  /** Questions that gave no window: in training those whose answer's place is not known, else those on an empty paragraph. */
  readonly dropped?: SquadProblem;
}

/** `[CLS]` and two `[SEP]`. */
const SPECIALS = 3;

/**
 * Cuts questions into windows with the labels that training wants.
 *
 * @throws {RangeError} when a question leaves no place for its paragraph, or a length is not positive.
 */
export function squadTrainingFeatures(
  dataset: SquadDataset,
  tokenizer: Tokenizer,
  options: SquadFeatureOptions = {},
): SquadFeatures {
  return features(dataset, tokenizer, options, true);
}

/**
 * Cuts questions into windows to be answered; their labels are 0.
 *
 * @throws {RangeError} when a question leaves no place for its paragraph, or a length is not positive.
 */
export function squadFeatures(
  dataset: SquadDataset,
  tokenizer: Tokenizer,
  options: SquadFeatureOptions = {},
): SquadFeatures {
  return features(dataset, tokenizer, options, false);
}

/** Whether a position may hold an answer: in the span, or `[CLS]` for none (`p_mask` of google-research/albert, the other way round). */
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
    if (!Number.isSafeInteger(value) || value < 1) {
      throw new RangeError(`${name} must be an integer from 1, got ${value}`);
    }
  }
  const windows: SquadWindow[] = [];
  let dropped = 0;
  let first = "";
  // The questions of a paragraph follow each other.
  let context: string | undefined;
  let paragraph = piecesOf({ ids: new Int32Array(0), tokens: [], offsets: [] });
  for (const [index, question] of questions.entries()) {
    if (question.context !== context) {
      context = question.context;
      paragraph = piecesOf(tokenizer.encode(context));
    }
    const answer = training ? answerPieces(question, paragraph) : NO_ANSWER;
    if (answer === undefined || paragraph.ids.length === 0) {
      dropped++;
      first ||= `question ${question.id}: ${
        paragraph.ids.length === 0
          ? "its paragraph is empty"
          : "its answer has no place in the paragraph"
      }`;
      continue;
    }
    const ids = tokenizer.encodeIds(question.question).subarray(0, maxQuestionLength);
    const room = maxLength - ids.length - SPECIALS;
    if (room < 1) {
      throw new RangeError(
        `question ${question.id} leaves no place for its paragraph: ${ids.length} tokens of ${maxLength}; raise the sequence length or lower the question length`,
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

/** A paragraph's tokens; its windows show parts of these arrays. */
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

/** Tokens of an answer. */
interface AnswerPieces {
  readonly first: number;
  readonly last: number;
}

const NO_ANSWER: AnswerPieces = { first: -1, last: -1 };

/** The tokens that hold the first gold answer: those of its first and last characters. Undefined where they cannot be told. */
function answerPieces(
  { answers: [answer] }: SquadQuestion,
  { starts, ends }: Paragraph,
): AnswerPieces | undefined {
  if (answer === undefined) return NO_ANSWER;
  if (answer.start === undefined) return undefined;
  // White space at its ends belongs to no token.
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
