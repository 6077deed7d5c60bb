import { AlbertCleaner } from "../albert_cleaning.ts";
import { Normalizer } from "../normalizer.ts";
import type { SentencePieceModel } from "../sentencepiece_model.ts";
import {
  type CompleteTrainingOptions,
  completeTrainingOptions,
  trainingCleaning,
  type VocabularyTrainingOptions,
} from "./options.ts";
import { specialPieces } from "./special_pieces.ts";
import { trainVocabulary, type VocabularyTrainingProgress } from "./train_vocabulary.ts";
import { trainedModel } from "./trained_model.ts";
import { WordCounter, type WordCounts } from "./word_counter.ts";

/** The counts of a trainer. */
export interface CountedText extends WordCounts {
  /** Number of sentences skipped because they were longer than `maxSentenceLength`. */
  readonly tooLong: number;
}

/**
 * Trains a SentencePiece unigram vocabulary with ALBERT's special pieces: counts the words
 * of sentences, then trains.
 *
 * The model depends only on the sentences, in any order, and the options.
 *
 * @example Train a small vocabulary
 * ```ts
 * import { VocabularyTrainer } from "./vocabulary_trainer.ts";
 *
 * const trainer = new VocabularyTrainer({ vocabSize: 28 });
 * for (let i = 0; i < 20; i++) trainer.add("The cat sat, the cats sat; the mat is the cat's.");
 * const model = trainer.train();
 * if (model.pieces[4].piece !== "[MASK]") throw new Error("not ALBERT's ids");
 * ```
 */
export class VocabularyTrainer {
  /** Number of sentences skipped because they were longer than `maxSentenceLength`. */
  tooLong = 0;
  readonly #options: CompleteTrainingOptions;
  readonly #words: WordCounter;
  readonly #cleaner: AlbertCleaner;
  /** The rules of the model, if it has any. */
  readonly #normalizer: Normalizer | undefined;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /**
   * Creates a trainer without text.
   *
   * @param options At least `vocabSize`.
   * @throws {RangeError} If a value is out of range.
   * @throws {TypeError} If a user-defined symbol is invalid.
   */
  constructor(options: VocabularyTrainingOptions) {
    this.#options = completeTrainingOptions(options);
    const { userDefinedSymbols, normalization: { charsmap } } = this.#options;
    this.#words = new WordCounter(specialPieces(userDefinedSymbols));
    this.#cleaner = new AlbertCleaner(trainingCleaning(this.#options));
    if (charsmap.length > 0) {
      const spec = {
        precompiledCharsmap: charsmap,
        addDummyPrefix: false,
        escapeWhitespaces: false,
      };
      this.#normalizer = new Normalizer(spec, { userDefinedSymbols });
    }
  }

  /** Number of sentences counted, without empty and skipped ones. */
  get sentences(): number {
    return this.#words.sentences;
  }

  /** Number of sentences skipped because they contain ▅, which training reserves for unknown characters. */
  get reserved(): number {
    return this.#words.reserved;
  }

  /**
   * Cleans a sentence, usually a line of text, as ALBERT does, and counts its words.
   *
   * @throws {RangeError} If there are more distinct words than fit.
   */
  add(sentence: string): void {
    const length = this.#cleaner.run(sentence);
    if (length > this.#options.maxSentenceLength) {
      this.tooLong++;
      return;
    }
    const { output } = this.#cleaner, normalizer = this.#normalizer;
    const bytes = normalizer === undefined
      ? output.subarray(0, length)
      : normalizer.output.subarray(0, normalizer.run(output, length));
    this.#words.add(this.#decoder.decode(bytes));
  }

  /** The counts, for {@linkcode VocabularyTrainer.merge} of another trainer. Plain data that can be sent to a worker. */
  get counted(): CountedText {
    const { within, final, sentences, reserved } = this.#words;
    return { within, final, sentences, reserved, tooLong: this.tooLong };
  }

  /**
   * Adds the counts of another trainer with the same options.
   *
   * @throws {RangeError} If there are more distinct words than fit.
   */
  merge(counted: CountedText): void {
    this.#words.merge(counted);
    this.tooLong += counted.tooLong;
  }

  /**
   * Trains on all sentences counted so far.
   *
   * @param onProgress Called after each stage and EM step.
   * @returns A model for `writeSentencePieceModel`. Its normalizer has the rules of the options.
   * @throws {RangeError} If there is no text, or the vocabulary is larger than the text supports or
   * too small for its required characters.
   */
  train(onProgress: (progress: VocabularyTrainingProgress) => void = () => {}): SentencePieceModel {
    const pieces = trainVocabulary(this.#words, this.#options, onProgress);
    return trainedModel(pieces, this.#options);
  }
}
