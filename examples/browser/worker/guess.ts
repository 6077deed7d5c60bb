/**
 * Guesses the hidden words of a sentence.
 *
 * @module
 */
import type { Albert, FilledMask } from "@albert-lab/albert";
import type { Guess, HiddenWord } from "../protocol.ts";

/**
 * Returns the guesses for each mask of a text.
 *
 * @param top number of candidates per mask
 * @param hidden the word of each mask; null if it is not known
 * @throws {ConfigError} if the text has no mask or is too long, or the model has no masked-LM head
 */
export async function guessWords(
  albert: Albert,
  text: string,
  top: number,
  hidden: readonly (string | null)[],
): Promise<Guess[]> {
  const filled = await albert.fillMask(text, albert.tokenizer.vocabularySize);
  return filled.map((all, i) => ({
    candidates: all.slice(0, top),
    hidden: rankOf(all, idOf(albert, hidden[i] ?? null)),
  }));
}

function idOf({ tokenizer }: Albert, word: string | null): number | null {
  if (word === null) return null;
  const ids = tokenizer.encodeIds(word);
  return ids.length === 1 ? ids[0] : null;
}

function rankOf(all: FilledMask, id: number | null): HiddenWord | null {
  const index = all.findIndex((candidate) => candidate.id === id);
  return index < 0 ? null : { rank: index + 1, probability: all[index].probability };
}
