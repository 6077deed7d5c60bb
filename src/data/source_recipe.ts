/**
 * What a source of examples is made of, as plain data that can be sent to another thread.
 *
 * @module
 */
import { Corpus } from "./corpus.ts";
import { ExampleDataset, type ExampleSource } from "./example_dataset.ts";
import type { ExampleSettings } from "./example_settings.ts";
import { MixtureDataset } from "./mixture.ts";

/** One corpus of a recipe. */
export interface RecipePart {
  /** The text; shards in shared memory are not copied on their way to another thread. */
  readonly corpus: Pick<Corpus, "shards" | "vocabulary" | "fingerprint">;
  /** Which of its documents, by number. */
  readonly documents: Uint32Array;
  /** Its share of the examples, relative to the others' weights. */
  readonly weight: number;
}

/** A source of examples before it is made. Equal recipes make sources of equal examples. */
export interface SourceRecipe {
  /** One, or several that are mixed. */
  readonly parts: readonly RecipePart[];
  /** How examples are made. */
  readonly settings: ExampleSettings;
  /** The run's seed. */
  readonly seed: number;
}

/**
 * Makes the source of a recipe.
 *
 * @param recipe What it is made of.
 * @returns The source.
 * @throws {RangeError} As {@linkcode ExampleDataset} and {@linkcode MixtureDataset} do.
 */
export function sourceOf({ parts, settings, seed }: SourceRecipe): ExampleSource {
  const made = parts.map(({ corpus: { shards, vocabulary, fingerprint }, documents, weight }) => {
    const corpus = new Corpus(shards, vocabulary, fingerprint);
    return { source: new ExampleDataset(corpus, settings, seed, documents), weight };
  });
  return made.length === 1 ? made[0].source : new MixtureDataset(made, seed);
}
