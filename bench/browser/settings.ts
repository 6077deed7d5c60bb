/**
 * What the program sends to the worker in the browser, and what it gets back.
 *
 * @module
 */
import type { ModelConfig } from "../../src/model/mod.ts";

/** Sizes of a step. */
export interface StepSettings {
  readonly batch: number;
  readonly sequence: number;
  /** Masked tokens per example. */
  readonly predictions: number;
  readonly model: ModelConfig;
}

/** What to measure. */
export interface BrowserTask {
  readonly backend: "cpu" | "webgpu";
  readonly rounds: number;
  /** Steps of a measurement. */
  readonly steps: number;
  readonly settings: StepSettings;
}

/** The measurements of one library. */
export interface BrowserResult {
  readonly label: string;
  /** Milliseconds per step in each round. */
  readonly milliseconds: readonly number[];
  /** Losses of the first and the last step, in nats. */
  readonly losses: readonly [first: number, last: number];
}

/** The measurements of ours and of jax-js, or why there are none. */
export type BrowserAnswer =
  | { readonly browser: string; readonly results: readonly BrowserResult[] }
  | { readonly error: string };

/** A library with a model in memory. */
export interface BrowserStep {
  readonly label: string;
  /** Trains for some steps, waits for the loss of each, and returns the last one. */
  run(steps: number): Promise<number>;
}
