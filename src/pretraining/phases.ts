/**
 * The data of a run's phases: training examples, mixed from several sources if requested, and held-out sets.
 *
 * @module
 */
import {
  type BatchShape,
  ExampleDataset,
  type ExampleSource,
  heldOutSettings,
  sourceOf,
  type SourceRecipe,
  splitDocuments,
} from "../data/mod.ts";
import type { OpenedData } from "../data/disk/mod.ts";
import type { BatchPlan } from "../data/workers/mod.ts";
import type { IndexRange } from "../distributed/mod.ts";
import type { Phase, PretrainSettings } from "./settings.ts";

/** Prepared data and its share of the examples. */
export interface DataSource {
  /** Name of its held-out set if there are several sources. */
  readonly name: string;
  /** The prepared data. */
  readonly data: OpenedData;
  /** Weight relative to the other sources. */
  readonly weight: number;
}

/** The data of a run. */
export interface PhaseData {
  /** At least one; all prepared with the same vocabulary. */
  readonly sources: readonly DataSource[];
  /** Additional held-out data by name. */
  readonly evalData?: ReadonlyMap<string, OpenedData>;
}

/** The data and shapes of a phase. */
export interface LoopPhase {
  /** The phase ends before this step. */
  readonly untilStep: number;
  /** What its training examples are made of, for workers. */
  readonly recipe: SourceRecipe;
  /** Its training examples. */
  readonly train: ExampleSource;
  /** Held-out sets by name; that of the first source has the empty name and comes first. */
  readonly heldOut: ReadonlyMap<string, ExampleDataset>;
  /** Shape of every batch. */
  readonly shape: BatchShape;
}

/**
 * Splits the sources and combines them for one phase.
 *
 * @throws {RangeError} if the training or held-out text is too short for one example.
 */
export function loopPhase(
  { sources, evalData }: PhaseData,
  { seed, validationFraction }: PretrainSettings,
  { untilStep, examples }: Phase,
): LoopPhase {
  const splits = sources.map(({ data }) => splitDocuments(data.corpus, validationFraction));
  const recipe: SourceRecipe = {
    parts: sources.map(({ data: { corpus }, weight }, i) => {
      const { shards, vocabulary, fingerprint } = corpus;
      return {
        corpus: { shards, vocabulary, fingerprint },
        documents: splits[i].train,
        weight,
      };
    }),
    settings: examples,
    seed,
  };
  const heldOut = new Map<string, ExampleDataset>(), masked = heldOutSettings(examples);
  splits.forEach(({ validation }, i) => {
    if (validation.length === 0) return;
    const { name, data: { corpus } } = sources[i];
    heldOut.set(i === 0 ? "" : name, new ExampleDataset(corpus, masked, seed, validation));
  });
  for (const [name, data] of evalData ?? []) {
    heldOut.set(name, new ExampleDataset(data.corpus, masked, seed));
  }
  return {
    untilStep,
    recipe,
    train: sourceOf(recipe),
    heldOut,
    shape: {
      sequenceLength: examples.maxSeqLength,
      maxPredictions: examples.maxPredictionsPerSeq,
      padId: sources[0].data.corpus.vocabulary.special.pad,
    },
  };
}

/** Returns the index of the phase of a step; the last phase after the end of the run. */
export function phaseOf(phases: readonly LoopPhase[], step: number): number {
  const phase = phases.findIndex(({ untilStep }) => step < untilStep);
  return phase < 0 ? phases.length - 1 : phase;
}

/**
 * Returns the examples of each step.
 *
 * @param part examples of a batch that this rank trains on
 */
export function batchPlan(
  phases: readonly LoopPhase[],
  { batchSize, microBatchSize, schedule }: PretrainSettings,
  { start, end }: IndexRange,
): BatchPlan {
  return {
    recipes: phases.map(({ recipe }) => recipe),
    sources: phases.map(({ train }) => train),
    steps: schedule.totalSteps,
    jobOf(step) {
      const phase = phaseOf(phases, step);
      return {
        source: phase,
        first: step * batchSize + start,
        count: end - start,
        microBatchSize,
        shape: phases[phase].shape,
      };
    },
  };
}
