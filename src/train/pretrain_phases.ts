/**
 * The data of a run's phases: training examples, mixed from several sources if asked, and held-out sets.
 *
 * @module
 */
import {
  type BatchShape,
  ExampleDataset,
  type ExampleSource,
  sourceOf,
  type SourceRecipe,
  splitDocuments,
} from "../data/mod.ts";
import type { BatchPlan } from "../data/workers/mod.ts";
import { partOf, type ProcessGroup, SINGLE_PROCESS_GROUP } from "../distributed/mod.ts";
import type { PretrainRun } from "./pretrain_run.ts";
import type { Phase, PretrainSettings } from "./pretrain_settings.ts";

/** A phase's data and shapes. */
export interface LoopPhase {
  readonly untilStep: number;
  /** What its training examples are made of, and those examples. */
  readonly recipe: SourceRecipe;
  readonly train: ExampleSource;
  /** Held-out sets by name; that of the first source has none and comes first. */
  readonly heldOut: ReadonlyMap<string, ExampleDataset>;
  readonly shape: BatchShape;
}

/**
 * Splits the sources and binds them together for one phase.
 *
 * @throws {RangeError} when there is not enough text for an example, in training or held out.
 */
export function loopPhase(run: PretrainRun, { untilStep, examples }: Phase): LoopPhase {
  const { sources, settings: { seed, validationFraction }, evalData } = run;
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
  const heldOut = new Map<string, ExampleDataset>();
  splits.forEach(({ validation }, i) => {
    if (validation.length === 0) return;
    const { name, data: { corpus } } = sources[i];
    heldOut.set(i === 0 ? "" : name, new ExampleDataset(corpus, examples, seed, validation));
  });
  for (const [name, data] of evalData ?? []) {
    heldOut.set(name, new ExampleDataset(data.corpus, examples, seed));
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

/** Number of the phase that a step belongs to; the last one after the end. */
export function phaseOf(phases: readonly LoopPhase[], step: number): number {
  const phase = phases.findIndex(({ untilStep }) => step < untilStep);
  return phase < 0 ? phases.length - 1 : phase;
}

/** What each step of a run reads on this rank. */
export function batchPlan(
  phases: readonly LoopPhase[],
  { batchSize, microBatchSize, schedule }: PretrainSettings,
  group: ProcessGroup = SINGLE_PROCESS_GROUP,
): BatchPlan {
  const { start, end } = partOf(group, batchSize);
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
