import { type ModelConfig, presetConfig } from "../../../src/model/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";
import { wordTokenizer } from "./word_tokenizer.ts";

const SIDES = Array.from({ length: 4 }, (_, i) => `side${i}`);
const TOWNS = Array.from({ length: 4 }, (_, i) => `town${i}`);
const OTHERS = Array.from({ length: 12 }, (_, i) => `word${i}`);
/** A tokenizer with the words of {@linkcode toySquad}. */
export const TOY_TOKENIZER = wordTokenizer(["where", ...SIDES, ...TOWNS, ...OTHERS]);
/** A model that can learn {@linkcode toySquad}. */
export const TOY_CONFIG: ModelConfig = {
  ...presetConfig("smoke"),
  vocabSize: TOY_TOKENIZER.vocabularySize,
  hiddenDropoutProb: 0,
  attentionProbsDropoutProb: 0,
};
/** Length of a window in tokens. */
export const TOY_LENGTH = 16;

/** Returns a SQuAD 2.0 file. Two of three paragraphs contain a place of two words, which is the answer. Some paragraphs need two windows. */
export function toySquad(seed: number, count: number, prefix: string): string {
  const random = new RandomStream(seed, 1);
  const one = (words: readonly string[]) => words[random.integer(words.length)];
  const paragraphs = Array.from({ length: count }, (_, i) => {
    const words = Array.from({ length: 8 + random.integer(8) }, () => one(OTHERS));
    const answer = `${one(SIDES)} ${one(TOWNS)}`;
    const place = random.integer(words.length);
    const before = words.slice(0, place).map((word) => `${word} `).join("");
    const none = i % 3 === 0;
    return {
      context: none ? words.join(" ") : `${before}${answer} ${words.slice(place).join(" ")}`,
      qas: [{
        id: `${prefix}${i}`,
        question: "where",
        answers: none ? [] : [{ text: answer, answer_start: before.length }],
      }],
    };
  });
  return JSON.stringify({ version: "v2.0", data: [{ title: "", paragraphs }] });
}
