import { BestPath } from "./best_path.ts";
import type { Fragments } from "./fragments.ts";
import { Lattice, UNKNOWN_PIECE } from "./lattice.ts";
import { selectPieces, unknownStandIn, type Vocabulary } from "./vocabulary.ts";

/**
 * Removes the pieces whose removal reduces the likelihood least (SentencePiece's `PruneSentencePieces`). The
 * cost is estimated: all uses of a piece in the best segmentation of the text are replaced by the
 * piece's own next best segmentation. Pieces without another segmentation are kept. Pieces that
 * are not used, or have a better segmentation, are removed.
 *
 * @param size Maximum number of pieces to keep.
 */
export function prune(fragments: Fragments, vocabulary: Vocabulary, size: number): Vocabulary {
  const lattice = new Lattice(vocabulary);
  const path = new BestPath();
  const standIn = unknownStandIn(vocabulary, fragments.mostFrequentSymbol);
  const uses = usesInBestSegmentation(fragments, vocabulary, lattice, path, standIn);
  let totalUses = 0;
  for (const count of uses) totalUses += count;
  const logTotal = Math.log(totalUses);

  const kept: number[] = [];
  const candidates: { piece: number; loss: number }[] = [];
  for (let piece = 0; piece < uses.length; piece++) {
    const count = uses[piece];
    if (count === 0) continue;
    const start = vocabulary.offsets[piece];
    const length = vocabulary.lengths[piece];
    lattice.build(vocabulary.text, start, start + length);
    const alternativeScore = path.run(lattice, vocabulary, length, true);
    if (alternativeScore > vocabulary.scores[piece]) continue;
    const alternative = path.reversedPieces;
    if (alternative.length === 0) {
      kept.push(piece);
      continue;
    }
    const logNewTotal = Math.log(totalUses + count * (alternative.length - 1));
    let alternativeLogProbability = 0;
    for (const other of alternative) {
      const credited = other === UNKNOWN_PIECE ? standIn : other;
      const otherUses = credited >= 0 ? uses[credited] : 0;
      alternativeLogProbability += Math.log(otherUses + count) - logNewTotal;
    }
    const loss = count * (Math.log(count) - logTotal - alternativeLogProbability);
    candidates.push({ piece, loss });
  }
  candidates.sort((a, b) => b.loss - a.loss || a.piece - b.piece);
  for (const { piece } of candidates.slice(0, Math.max(0, size - kept.length))) kept.push(piece);
  return selectPieces(vocabulary, Int32Array.from(kept).sort());
}

/** Count of each piece in the best segmentations of all fragments. */
function usesInBestSegmentation(
  fragments: Fragments,
  vocabulary: Vocabulary,
  lattice: Lattice,
  path: BestPath,
  standIn: number,
): Float64Array {
  const uses = new Float64Array(vocabulary.scores.length);
  if (standIn >= 0) uses[standIn] = fragments.unknownCharacters;
  for (let fragment = 0; fragment < fragments.frequencies.length; fragment++) {
    const start = fragments.starts[fragment];
    const end = fragments.starts[fragment + 1];
    lattice.build(fragments.symbols, start, end);
    path.run(lattice, vocabulary, end - start);
    for (const piece of path.reversedPieces) {
      const credited = piece === UNKNOWN_PIECE ? standIn : piece;
      if (credited >= 0) uses[credited] += fragments.frequencies[fragment];
    }
  }
  return uses;
}
