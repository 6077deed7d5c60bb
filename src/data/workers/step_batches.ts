/**
 * The batches of a run's steps, built in workers or in the main thread.
 *
 * @module
 */
import { type BatchShape, microBatches, type PretrainingBatch } from "../batch.ts";
import type { ExampleSource } from "../example_dataset.ts";
import type { SourceRecipe } from "../source_recipe.ts";

/** What a step reads. */
export interface StepJob {
  /** Index of the source of its examples. */
  readonly source: number;
  /** Index of the first example. */
  readonly first: number;
  /** Number of examples. */
  readonly count: number;
  /** Maximum number of examples per batch. */
  readonly microBatchSize: number;
  /** Shape of every batch. */
  readonly shape: BatchShape;
}

/** What all steps of a run read. */
export interface BatchPlan {
  /** Recipes of the sources of the run's phases, for workers. */
  readonly recipes: readonly SourceRecipe[];
  /** The same sources, for this thread. */
  readonly sources: readonly ExampleSource[];
  /** Number of steps; they are numbered from 0. */
  readonly steps: number;
  /** Returns what a step reads; a pure function of the step. */
  jobOf(step: number): StepJob;
}

/** Supplies the batches of one step after another. */
export interface StepBatches {
  /** Returns the batches of a step. Steps must be requested in ascending order. */
  at(step: number): Promise<readonly PretrainingBatch[]>;
  /** Ends the workers. A request that is pending is rejected. */
  close(): void;
}

/** Builds the batches of a step from its source. */
export function buildBatches(
  source: ExampleSource,
  { first, count, microBatchSize, shape }: StepJob,
): PretrainingBatch[] {
  return microBatches(source, first, count, microBatchSize, shape);
}

/**
 * Builds the batches of each step in this thread, when they are requested.
 *
 * @param plan What each step reads.
 * @returns The batches.
 */
export function inlineBatches({ sources, jobOf }: BatchPlan): StepBatches {
  return {
    at(step) {
      const job = jobOf(step);
      return Promise.resolve(buildBatches(sources[job.source], job));
    },
    close() {},
  };
}
