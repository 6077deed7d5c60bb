/**
 * Answers questions about texts.
 *
 * @module
 */
import { quote } from "../../json/mod.ts";
import type { Encoder } from "../../model/mod.ts";
import type { Tokenizer } from "../../text/mod.ts";
import { predictAll, trainedLength } from "../../train/mod.ts";
import { type DecodedAnswer, decodeQuestion, type WindowScores } from "./decode.ts";
import { squadFeatures, type SquadWindow } from "./features.ts";
import { linearHead, type SquadTaskHead } from "./heads.ts";
import { trainedWindows } from "./task.ts";

/** Maximum number of windows per batch. */
const BATCH = 8;

/** Tokens per window of a model whose configuration does not contain the length of fine-tuning. */
const UNTRAINED_LENGTH = 384;

/** A question and the text it is about. */
export interface AskedQuestion {
  /** The question. */
  readonly question: string;
  /** Text of any length. */
  readonly context: string;
}

/** Options of {@linkcode answerQuestions}. */
export interface AnswerQuestionsOptions {
  /** Maximum length of a window in tokens; default that of fine-tuning, else 384, at most the model's maximum. */
  readonly maxLength?: number;
  /** Number of tokens between the starts of two windows; default that of fine-tuning, else 128. */
  readonly stride?: number;
  /** Windows per batch; default 8. */
  readonly batchSize?: number;
}

/**
 * Answers questions in batches of windows. Questions are truncated to the length of fine-tuning, else to 64 tokens.
 *
 * @returns the answers to each question, in order
 * @throws {RangeError} if a question leaves no room for its text in a window
 */
export async function answerQuestions(
  encoder: Encoder,
  head: SquadTaskHead,
  tokenizer: Tokenizer,
  asked: readonly AskedQuestion[],
  { maxLength = trainedLength(encoder.config, UNTRAINED_LENGTH), stride, batchSize = BATCH }:
    AnswerQuestionsOptions = {},
): Promise<DecodedAnswer[]> {
  const questions = asked.map(({ question, context }) => ({
    ...{ id: quote(question), title: "", answers: [] },
    ...{ question, context },
  }));
  const trained = trainedWindows(encoder.config);
  const { windows } = squadFeatures({ version: "2.0", questions }, tokenizer, {
    ...trained,
    maxLength,
    stride: stride ?? trained.stride,
  });
  const { device } = encoder.parameters;
  const scores = await predictAll(device, encoder, head, windows, batchSize, maxLength);
  const own = questions.map((): { window: SquadWindow; scores: WindowScores }[] => []);
  windows.forEach((window, i) => own[window.question].push({ window, scores: scores[i] }));
  return questions.map((question, i) =>
    decodeQuestion(question, own[i], { againstBest: head === linearHead })
  );
}
