import { requiredCharacters } from "./alphabet.ts";
import { expectedCounts } from "./expectation.ts";
import { finishVocabulary } from "./finished_vocabulary.ts";
import { collectFragments } from "./fragments.ts";
import { maximize } from "./maximization.ts";
import type { CompleteTrainingOptions } from "./options.ts";
import { PieceRules } from "./piece_rules.ts";
import { prune } from "./pruning.ts";
import { seedPieces } from "./seed_pieces.ts";
import { specialPieces, type TrainedPiece } from "./special_pieces.ts";
import type { WordCounts } from "./word_counter.ts";

/** Progress of training. */
export type VocabularyTrainingProgress =
  | {
    readonly stage: "fragments";
    /** Number of distinct fragments, which are segmented separately. */
    readonly fragments: number;
    /** Number of distinct characters with a piece. */
    readonly characters: number;
  }
  | {
    readonly stage: "seeds";
    /** Number of initial pieces. */
    readonly pieces: number;
  }
  | {
    readonly stage: "expectation-maximization";
    /** Number of EM steps so far. */
    readonly step: number;
    /** Expected number of EM steps in all. */
    readonly expectedSteps: number;
    /** Number of pieces after this step. */
    readonly pieces: number;
    /** Number of pieces at which EM stops, before the final selection. */
    readonly target: number;
    /** Negative log-likelihood of the text before this step, over all segmentations. */
    readonly negativeLogLikelihood: number;
  };

/**
 * Trains a unigram vocabulary as SentencePiece does (Kudo, "Subword Regularization", 2018;
 * `unigram_model_trainer.cc`): starts from the frequent substrings, then alternates between fitting
 * their probabilities by EM and removing the quarter with the smallest contribution.
 *
 * The result depends only on the counted words and the options: sums are in double precision and in a
 * fixed order, whatever the order of the sentences.
 *
 * @param words The word counts of the text, without special pieces.
 * @param options All settings.
 * @param onProgress Called after each stage and EM step.
 * @returns The pieces in the order of their ids.
 * @throws {RangeError} If there is no text, or the vocabulary is larger than the text supports or
 * smaller than its required characters.
 */
export function trainVocabulary(
  words: WordCounts,
  options: CompleteTrainingOptions,
  onProgress: (progress: VocabularyTrainingProgress) => void,
): TrainedPiece[] {
  const special = specialPieces(options.userDefinedSymbols);
  const required = requiredCharacters(words, options.characterCoverage);
  if (required.length === 0) {
    throw new RangeError("There is no text to train a vocabulary on");
  }
  const smallest = special.length + required.length;
  if (options.vocabSize < smallest) {
    throw new RangeError(
      `A vocabulary of ${options.vocabSize} pieces is too small for ${special.length} special ` +
        `pieces and ${required.length} required characters: ask for at least ${smallest}, or ` +
        "lower the character coverage.",
    );
  }
  const rules = new PieceRules(options);
  const fragments = collectFragments(words, required, rules);
  onProgress({
    stage: "fragments",
    fragments: fragments.frequencies.length,
    characters: required.length,
  });
  let vocabulary = seedPieces(fragments, rules, options);
  onProgress({ stage: "seeds", pieces: vocabulary.scores.length });

  // A tenth more than requested; the final selection is by score alone.
  const target = Math.floor(options.vocabSize * 1.1);
  let step = 0;
  for (;;) {
    for (let i = 0; i < options.numSubIterations; i++) {
      const { counts, logLikelihood } = expectedCounts(fragments, vocabulary);
      vocabulary = maximize(vocabulary, counts);
      if (vocabulary.scores.length === 0) {
        throw new RangeError("There is too little text to train a vocabulary on");
      }
      const pieces = vocabulary.scores.length;
      const rounds = Math.log(Math.max(pieces / target, 1)) / -Math.log(options.shrinkingFactor);
      const restOfRound = options.numSubIterations - 1 - i;
      onProgress({
        stage: "expectation-maximization",
        step: ++step,
        expectedSteps: step + restOfRound + options.numSubIterations * Math.ceil(rounds),
        pieces,
        target,
        negativeLogLikelihood: -logLikelihood,
      });
    }
    const size = vocabulary.scores.length;
    if (size <= target) break;
    const shrunk = Math.floor(options.shrinkingFactor * size);
    vocabulary = prune(fragments, vocabulary, Math.max(target, shrunk));
  }
  return finishVocabulary(
    special,
    required,
    vocabulary,
    fragments.alphabet,
    options.vocabSize,
    options.hardVocabLimit,
  );
}
