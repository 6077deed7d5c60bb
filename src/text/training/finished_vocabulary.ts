import type { TrainedPiece } from "./special_pieces.ts";
import { lowestScore, pieceText, type Vocabulary } from "./vocabulary.ts";

/** Gives required characters whose piece was removed different scores. */
const REQUIRED_SCORE_STEP = 0.0001;

/**
 * Returns the final vocabulary: special pieces, then all required characters and the most probable
 * other pieces by descending score (SentencePiece's `FinalizeSentencePieces`).
 *
 * @throws {RangeError} If the text supports fewer pieces than requested, or the special pieces and
 * required characters alone exceed the size.
 */
export function finishVocabulary(
  special: readonly TrainedPiece[],
  required: readonly string[],
  vocabulary: Vocabulary,
  alphabet: readonly string[],
  vocabSize: number,
  hardLimit: boolean,
): TrainedPiece[] {
  const learned = Array.from(vocabulary.scores, (score, index): TrainedPiece => ({
    piece: pieceText(vocabulary, index, alphabet),
    score: Math.fround(score),
    kind: "normal",
  })).sort(byScore);

  const chosen = new Map<string, TrainedPiece>();
  const byText = new Map(learned.map((entry) => [entry.piece, entry]));
  const lowest = lowestScore(vocabulary);
  let added = 0;
  for (const character of required) {
    const score = Math.fround(lowest + REQUIRED_SCORE_STEP * added);
    const entry = byText.get(character);
    if (entry === undefined) added++;
    chosen.set(character, entry ?? { piece: character, score, kind: "normal" });
  }
  const room = vocabSize - special.length;
  for (const entry of learned) {
    if (chosen.size >= room) break;
    if (!chosen.has(entry.piece)) chosen.set(entry.piece, entry);
  }
  if (chosen.size > room || (hardLimit && chosen.size < room)) {
    throw new RangeError(
      `A vocabulary of ${vocabSize} pieces is too large for this text: it supports at most ` +
        `${chosen.size + special.length}.`,
    );
  }
  return [...special, ...[...chosen.values()].sort(byScore)];
}

function byScore(a: TrainedPiece, b: TrainedPiece): number {
  return b.score - a.score || (a.piece < b.piece ? -1 : a.piece > b.piece ? 1 : 0);
}
