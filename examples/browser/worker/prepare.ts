/**
 * What a run needs before its first step: a vocabulary, a corpus and a model. Uses no files.
 *
 * @module
 */
import {
  type BatchShape,
  type Corpus,
  corpusFromText,
  countParameters,
  type Device,
  encoderSpecs,
  ExampleDataset,
  initialize,
  type ModelConfig,
  NoExamplesError,
  PRETRAINING,
  pretrainingSpecs,
  type PretrainingStepBatch,
  splitDocuments,
  Tokenizer,
  Trainer,
  VocabularyTrainer,
  writeSentencePieceModel,
} from "@albert-lab/albert";
import { contextFreeBaseline, pairCueAccuracy } from "@albert-lab/albert/pretraining";
import type { VocabularyTrainingProgress } from "@albert-lab/albert/vocabulary";
import type { ParameterCount, RunFacts } from "../protocol.ts";
import { type Recipe, recipeOf } from "../recipe.ts";
import type { Settings } from "../settings.ts";
import { examplesProblem, vocabularyProblem } from "./text_problem.ts";

/** A text with fewer documents has none to hold out. */
const MIN_DOCUMENTS = 20;
const HELD_OUT = 0.05;

/** A text and what the trainer needs of it. */
export interface Prepared {
  readonly tokenizer: Tokenizer;
  readonly recipe: Recipe;
  readonly corpus: Corpus;
  readonly examples: ExampleDataset;
  /** The model with its initial weights. */
  readonly trainer: Trainer<PretrainingStepBatch>;
  /** Numbers of the documents to train on. */
  readonly train: ArrayLike<number>;
  /** Numbers of the documents to evaluate on: held out if there are enough. */
  readonly shown: ArrayLike<number>;
  /** Number of documents that are held out. */
  readonly heldOut: number;
}

/**
 * Builds the corpus and the model of a run.
 *
 * @param vocabulary a SentencePiece model
 */
export async function prepareRun(
  device: Device,
  settings: Settings,
  text: string,
  vocabulary: Uint8Array<ArrayBuffer>,
): Promise<Prepared> {
  const tokenizer = Tokenizer.fromModel(vocabulary);
  const recipe = recipeOf(settings, tokenizer.vocabularySize);
  const documents = text.split(/\n[ \t]*\n/).filter((part) => tokenizer.encodeIds(part).length > 0);
  const corpus = await corpusFromText(documents, tokenizer);
  const holdOut = corpus.documentCount >= MIN_DOCUMENTS ? HELD_OUT : 0;
  const { train, validation } = splitDocuments(corpus, holdOut);
  const { seed, examples: exampleSettings } = recipe.settings;
  let examples: ExampleDataset;
  try {
    examples = new ExampleDataset(corpus, exampleSettings, seed, train);
  } catch (error) {
    throw examplesProblem(error, settings, corpus, tokenizer);
  }
  const trainer = new Trainer(device, recipe.config, PRETRAINING, recipe.settings);
  initialize(trainer.model.parameters, seed, recipe.config.initializerRange);
  const shown = validation.length > 0 ? validation : train;
  return { tokenizer, recipe, corpus, examples, trainer, train, shown, heldOut: validation.length };
}

/** Trains a vocabulary of at most `size` pieces and returns it as a SentencePiece model. */
export function trainVocabulary(
  text: string,
  size: number,
  onProgress: (pieces: number, done: number) => void = () => {},
): Uint8Array<ArrayBuffer> {
  const trainer = new VocabularyTrainer({ vocabSize: size, hardVocabLimit: false });
  for (const line of text.split("\n")) trainer.add(line);
  const report = (progress: VocabularyTrainingProgress) => {
    if (progress.stage === "seeds") onProgress(progress.pieces, 0);
    if (progress.stage !== "expectation-maximization") return;
    const { pieces, step, expectedSteps } = progress;
    onProgress(pieces, step / expectedSteps);
  };
  try {
    return new Uint8Array(writeSentencePieceModel(trainer.train(report)));
  } catch (error) {
    throw vocabularyProblem(text, size, error);
  }
}

/** The shape of all batches of a run. */
export function shapeOf({ tokenizer, recipe: { settings: { examples } } }: Prepared): BatchShape {
  return {
    sequenceLength: examples.maxSeqLength,
    maxPredictions: examples.maxPredictionsPerSeq,
    padId: tokenizer.specialIds.pad,
  };
}

/** What the page shows of a run before its first step. */
export function factsOf(
  { recipe: { config, settings }, corpus, train, examples }: Prepared,
): Omit<RunFacts, "heldOutRows"> {
  const { seed, examples: exampleSettings } = settings;
  /** Of other examples; null if this draw of a short text has none. */
  const cueAccuracy = (): number | null => {
    try {
      const others = new ExampleDataset(corpus, exampleSettings, seed + 1, train);
      return pairCueAccuracy(examples, others);
    } catch (error) {
      if (error instanceof NoExamplesError) return null;
      throw error;
    }
  };
  return {
    encoderParameters: countParameters(encoderSpecs(config)),
    counts: countsOf(config),
    totalParameters: countParameters(pretrainingSpecs(config)),
    vocabularySize: config.vocabSize,
    documents: corpus.documentCount,
    tokens: corpus.tokenCount,
    unigram: contextFreeBaseline(corpus, train),
    cueAccuracy: config.pairObjective === "none" ? null : cueAccuracy(),
  };
}

/** Counts the model, the same without sharing, and without factorized embeddings too, as BERT. */
function countsOf(config: ModelConfig): ParameterCount[] {
  const count = (label: string, changes: Partial<ModelConfig>): ParameterCount => {
    const specs = encoderSpecs({ ...config, ...changes });
    const embeddings = specs.filter(({ name }) => /embedding/.test(name));
    return {
      label,
      parameters: countParameters(specs),
      embeddings: countParameters(embeddings),
    };
  };
  const unshared = { share: "none", numHiddenGroups: config.numHiddenLayers } as const;
  const counts = [count("This model", {})];
  if (config.share !== "none") counts.push(count("Without sharing", unshared));
  const bert = { ...unshared, embeddingSize: config.hiddenSize, embeddingProjection: false };
  counts.push(count("As BERT: E = H, not shared", bert));
  return counts;
}
