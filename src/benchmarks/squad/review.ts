/**
 * Data for the report page: lengths of predicted and gold answers, and the worst predictions.
 *
 * @module
 */
import { type MissedExample, type PredictionReview, worstFirst } from "../../train/mod.ts";
import { answerTokens, bestScores } from "./metric/mod.ts";
import type { SquadAnswers } from "./predictions.ts";
import type { SquadDataset, SquadQuestion } from "./reader.ts";

/** Answers with this number of words or more are counted together. */
const MAX_WORDS = 12;
const NO_ANSWER = "(no answer)";
/** Number of characters of the paragraph shown before an answer. */
const LEAD = 100;

/**
 * Counts the lengths of answers, and selects those with the lowest F1; of equal F1, those with the highest confidence first.
 *
 * @param predictions question id to answer; empty for no answer
 */
export function reviewAnswers(
  { version, questions }: SquadDataset,
  answers: SquadAnswers,
  predictions: ReadonlyMap<string, string>,
): PredictionReview {
  const words = { gold: noWords(), predicted: noWords() };
  const missed: (MissedExample & { badness: number })[] = [];
  for (const question of questions) {
    const predicted = predictions.get(question.id) ?? "";
    const golds = goldTexts(question);
    words.gold[wordCount(golds[0])]++;
    words.predicted[wordCount(predicted)]++;
    const { exact, f1 } = bestScores(predicted, golds, version === "2.0");
    if (exact === 1) continue;
    const { nBest: [best] } = answers.get(question.id)!;
    // Only a span has a probability; "no answer" is the result of a threshold.
    const confidence = predicted === "" ? undefined : best.probability;
    missed.push({
      id: question.id,
      texts: [question.question, paragraphAround(question, best.start)],
      gold: [...new Set(golds)].map(shown).join(" / "),
      predicted: shown(predicted),
      ...(confidence !== undefined && { confidence }),
      badness: (confidence ?? 0) - f1,
    });
  }
  const worst = worstFirst(missed, ({ badness }) => badness);
  return {
    answerWords: words,
    missed: missed.length,
    worst: worst.map(({ badness: _, ...example }) => example),
  };
}

function goldTexts({ answers }: SquadQuestion): string[] {
  return answers.length === 0 ? [""] : answers.map(({ text }) => text);
}

function noWords(): number[] {
  return new Array(MAX_WORDS + 1).fill(0);
}

/** Counts words as the metric does, without articles and punctuation. */
function wordCount(answer: string): number {
  return Math.min(answerTokens(answer).length, MAX_WORDS);
}

function shown(answer: string): string {
  return answer === "" ? NO_ANSWER : answer;
}

/** Returns the paragraph from a little before the gold answer or, without one, the predicted answer. */
function paragraphAround({ context, answers }: SquadQuestion, modelStart: number): string {
  const from = (answers[0]?.start ?? modelStart) - LEAD;
  if (from <= 0) return context;
  const space = context.indexOf(" ", from);
  return `…${context.slice(space < 0 ? from : space)}`;
}
