/**
 * Recipes of sources of examples: plain data that can be sent to a worker.
 *
 * @module
 */
import { Corpus } from "./corpus.ts";
import { ExampleDataset, type ExampleSource } from "./example_dataset.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { MixtureDataset } from "./mixture.ts";

/** One corpus of a recipe. */
export interface RecipePart {
  /** The text. Shards in shared memory are not copied when they are sent to a worker. */
  readonly corpus: Pick<Corpus, "shards" | "vocabulary" | "fingerprint">;
  /** Numbers of the documents to use. */
  readonly documents: Uint32Array;
  /** Weight, relative to the sum of all weights. */
  readonly weight: number;
}

/** The recipe of a source of examples. Equal recipes give equal examples. */
export interface SourceRecipe {
  /** One corpus, or several to mix. */
  readonly parts: readonly RecipePart[];
  /** Settings of packing and masking. */
  readonly settings: ExampleSettings;
  /** The run's seed. */
  readonly seed: number;
}

/**
 * Creates the source of a recipe.
 *
 * @param recipe The recipe.
 * @returns The source.
 * @throws {RangeError} As {@linkcode ExampleDataset} and {@linkcode MixtureDataset}.
 */
export function sourceOf({ parts, settings, seed }: SourceRecipe): ExampleSource {
  const made = parts.map(({ corpus: { shards, vocabulary, fingerprint }, documents, weight }) => {
    const corpus = new Corpus(shards, vocabulary, fingerprint);
    return { source: new ExampleDataset(corpus, settings, seed, documents), weight };
  });
  return made.length === 1 ? made[0].source : new MixtureDataset(made, seed);
}
