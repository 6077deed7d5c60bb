/**
 * Answers as people look at them: how long they are beside the gold ones, and the ones that went most wrong.
 *
 * @module
 */
import { type MissedExample, type PredictionReview, worstFirst } from "../../train/mod.ts";
import { answerTokens, bestScores } from "./metric/mod.ts";
import type { SquadAnswers } from "./predictions.ts";
import type { SquadDataset, SquadQuestion } from "./reader.ts";

/** Answers of so many words and more are counted together. */
const MOST_WORDS = 12;
const NO_ANSWER = "(no answer)";
/** Characters shown of the paragraph before an answer. */
const LEAD = 100;

/**
 * Lengths of the answers, and those of the lowest F1; among equals the one the model was surest of first.
 *
 * @param predictions by question id, empty where the model gives no answer
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
    // Only a span has a probability: "no answer" is a threshold's decision.
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
  return new Array(MOST_WORDS + 1).fill(0);
}

/** Words as the metric counts them: without articles and punctuation. */
function wordCount(answer: string): number {
  return Math.min(answerTokens(answer).length, MOST_WORDS);
}

function shown(answer: string): string {
  return answer === "" ? NO_ANSWER : answer;
}

/** The paragraph from a little before the gold answer, else before the model's. */
function paragraphAround({ context, answers }: SquadQuestion, modelStart: number): string {
  const from = (answers[0]?.start ?? modelStart) - LEAD;
  if (from <= 0) return context;
  const space = context.indexOf(" ", from);
  return `…${context.slice(space < 0 ? from : space)}`;
}
