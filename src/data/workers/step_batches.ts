/**
 * The batches of a run's steps, wherever they are built.
 *
 * @module
 */
import { type BatchShape, microBatches, type PretrainingBatch } from "../batch.ts";
import type { ExampleSource } from "../example_dataset.ts";
import type { SourceRecipe } from "../source_recipe.ts";

/** What a step reads. */
export interface StepJob {
  /** Number of the source whose examples it takes. */
  readonly source: number;
  /** The first example's number. */
  readonly first: number;
  /** How many examples. */
  readonly count: number;
  /** At most so many to a batch. */
  readonly microBatchSize: number;
  /** Of every batch. */
  readonly shape: BatchShape;
}

/** What all steps of a run read. */
export interface BatchPlan {
  /** What the sources of the run's phases are made of, for workers. */
  readonly recipes: readonly SourceRecipe[];
  /** The same sources, made, for this thread. */
  readonly sources: readonly ExampleSource[];
  /** Steps are numbered from 0 to below this. */
  readonly steps: number;
  /** What a step reads; a pure function of its number. */
  jobOf(step: number): StepJob;
}

/** Gives the batches of step after step. */
export interface StepBatches {
  /** The batches of a step. Steps are asked for in rising order. */
  at(step: number): Promise<readonly PretrainingBatch[]>;
  /** Frees what it holds. */
  close(): void;
}

/** Builds the batches of a job from its source. */
export function buildBatches(
  source: ExampleSource,
  { first, count, microBatchSize, shape }: StepJob,
): PretrainingBatch[] {
  return microBatches(source, first, count, microBatchSize, shape);
}

/**
 * Builds each step's batches in this thread, when they are asked for.
 *
 * @param plan What steps read.
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
