/**
 * The data of a run's phases: training examples, mixed from several sources if asked, and held-out sets.
 *
 * @module
 */
import {
  type BatchShape,
  ExampleDataset,
  type ExampleSettings,
  type ExampleSource,
  MixtureDataset,
  splitDocuments,
} from "../data/mod.ts";
import type { DataSource, PretrainRun } from "./pretrain_run.ts";
import type { Phase } from "./pretrain_settings.ts";

/** A phase's data and shapes. */
export interface LoopPhase {
  readonly untilStep: number;
  readonly train: ExampleSource;
  /** Held-out sets by name; that of the first source has none and comes first. */
  readonly heldOut: ReadonlyMap<string, ExampleDataset>;
  readonly shape: BatchShape;
}

/** Splits the sources and binds them together for one phase. */
export function loopPhase(run: PretrainRun, { untilStep, examples }: Phase): LoopPhase {
  const { sources, settings: { seed }, evalData } = run;
  const splits = sources.map((source) => splitSource(run, source, examples));
  const heldOut = new Map<string, ExampleDataset>();
  splits.forEach(({ validation }, i) => {
    if (validation !== null) heldOut.set(i === 0 ? "" : sources[i].name, validation);
  });
  for (const [name, data] of evalData ?? []) {
    heldOut.set(name, new ExampleDataset(data.corpus, examples, seed));
  }
  return {
    untilStep,
    train: splits.length === 1 ? splits[0].train : new MixtureDataset(
      splits.map(({ train }, i) => ({ source: train, weight: sources[i].weight })),
      seed,
    ),
    heldOut,
    shape: {
      sequenceLength: examples.maxSeqLength,
      maxPredictions: examples.maxPredictionsPerSeq,
      padId: sources[0].data.corpus.vocabulary.special.pad,
    },
  };
}

/** A source's documents for training and, unless the fraction is 0, for evaluation. */
function splitSource(
  { settings: { seed, validationFraction } }: PretrainRun,
  { data: { corpus } }: DataSource,
  examples: ExampleSettings,
): { train: ExampleDataset; validation: ExampleDataset | null } {
  const { train, validation } = splitDocuments(corpus, validationFraction);
  return {
    train: new ExampleDataset(corpus, examples, seed, train),
    validation: validation.length === 0
      ? null
      : new ExampleDataset(corpus, examples, seed, validation),
  };
}
