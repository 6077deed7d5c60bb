/**
 * Training of SentencePiece unigram vocabularies. Pure computation: no files, no device.
 *
 * @module
 */
export {
  type CharacterRules,
  compileRules,
  namedRules,
  NORMALIZATION_RULES,
  type NormalizationRuleName,
  parseRules,
} from "./normalization_rules.ts";
export {
  ALBERT_USER_DEFINED_SYMBOLS,
  type NormalizationRule,
  type VocabularyTrainingOptions,
} from "./options.ts";
export { SentenceSampler } from "./sentence_sampler.ts";
export type { VocabularyTrainingProgress } from "./train_vocabulary.ts";
export { vocabularyListing } from "./trained_model.ts";
export { type CountedText, VocabularyTrainer } from "./vocabulary_trainer.ts";
export type { WordCounts } from "./word_counter.ts";
