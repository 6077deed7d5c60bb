/**
 * The results of jobs, as stored in JSON files, and the cells of tables that they fill.
 *
 * @module
 */
import type { Column, CurveName, Experiment, Row } from "./experiment.ts";

export type JobKind =
  /** Pretrains a model from scratch, or from a shallower one, and evaluates it on the development text. */
  | "pretrain"
  /** Saves an initialized model and evaluates it: the baseline for fine-tuning. */
  | "untrained"
  /** Fine-tunes a model on one benchmark and selects the best evaluation on its development set. */
  | "finetune"
  /** Times a training step at the paper's size, or measures the layers of a trained model. */
  | "measure";

/** The device of a job. Its `kind` is part of the address, its `adapter` is not. */
export interface JobDevice {
  /** `cpu`, `webgpu`. */
  readonly kind: string;
  /** The driver's name. */
  readonly adapter: string;
  /** Numerics classes, as in `run.json`. */
  readonly numerics: Readonly<Record<string, string>>;
}

/** A curve of a figure. */
export interface Curve {
  /** Steps, or layers from 1. */
  readonly x: readonly number[];
  /** Points (0 to 100), distances, or degrees. */
  readonly y: readonly number[];
}

/** Common fields of finished and failed jobs. */
interface JobRecord {
  /** Version of this format. */
  readonly version: 1;
  /** SHA-256 of the canonical JSON of `determinants`, in hexadecimal. */
  readonly address: string;
  readonly kind: JobKind;
  /** For readers: `pretrain albert-base share=all E=128 seed 42`. */
  readonly label: string;
  /** Name of the preset. */
  readonly preset: string;
  /** Everything that determines the metrics, and nothing else: no time, path or date. */
  readonly determinants: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** The run folder, relative to the output folder: `runs/ADDRESS`. */
  readonly runFolder: string;
  /** Time of completion, ISO 8601. */
  readonly finished: string;
}

/** A finished job. */
export interface JobResult extends JobRecord {
  readonly status: "done";
  /**
   * Accuracies, F1 and correlations in points (0 to 100), losses in nats. Pretrained and untrained models have `mlm_accuracy`, `mlm_loss` and
   * `unigram_accuracy` (always predicting the most frequent token), and for `nsp` and `sop`: `…_accuracy`; `…_majority`, the accuracy of the most frequent
   * label; `…_cue`, the accuracy of a logistic regression on the lengths and cuts of both segments; `…_whole_accuracy` on untruncated pairs; `…_uncut_accuracy` on `…_uncut_pairs` pairs of whole sentences whose lengths reveal nothing and whose
   * labels are equally frequent, so that it is the balanced accuracy. Fine-tuning jobs have the benchmark's metrics (`accuracy`, `f1`, `exact_match` …) at
   * the best evaluation, the same with the prefix `last_` at the last one, `best_step`, and for classification `majority`, the accuracy of the most
   * frequent class, and `bag_of_words`, that of a logistic regression on the words of the same training rows. Measurements have the fields of `measure/throughput.ts`.
   */
  readonly metrics: Readonly<Record<string, number>>;
  readonly curves: Readonly<Partial<Record<CurveName, Curve>>>;
  /** Wall-clock seconds over all attempts, including setup. */
  readonly seconds: number;
  /** The part of `seconds` spent in optimizer steps and evaluations. */
  readonly trainingSeconds: number;
  /** Optimizer steps; 0 if nothing was trained. */
  readonly steps: number;
  readonly device: JobDevice;
  /** The toolkit's version. */
  readonly toolkit: string;
  /** `RESULTS_VERSION` of `jobs/address.ts`. */
  readonly numericsVersion: number;
  /** SHA-256 of the text or benchmark files. */
  readonly dataFingerprint: string;
  /** Parts of the data that stand in for the paper's, such as `race/high`; tables mark the numbers measured on them. */
  readonly standIns: readonly string[];
  /** Notes about the data: `synthetic data, seed 42`, `first 3000 of 67349 training examples`. */
  readonly remarks: readonly string[];
}

/** A failed job; the next `paper run` retries it. */
export interface JobFailure extends JobRecord {
  readonly status: "failed";
  /** The error message. */
  readonly error: string;
  /** Whether training diverged: a weight, gradient or metric is NaN or infinite. It would diverge again. */
  readonly diverged?: true;
  /** The log file, relative to the output folder. */
  readonly log: string;
}

/** The content of a job's JSON file. */
export type JobOutcome = JobResult | JobFailure;

/** The numbers of one seed for one cell, in the paper's order and units. */
export interface SeedValue {
  readonly seed: number;
  /** In the order of the column's `metrics`; null for a metric that the run does not have. At least one is a number. */
  readonly values: readonly (number | null)[];
  /** The job that measured them; absent for counted values. */
  readonly result?: JobResult;
}

/** The numbers of a seed, which has all of them; null if one is missing: F1 alone does not replace the mean of F1 and exact match. */
export function completeValues({ values }: Pick<SeedValue, "values">): readonly number[] | null {
  return values.includes(null) ? null : values as readonly number[];
}

/** A seed that a run has for a cell. */
export interface PlannedSeed {
  readonly seed: number;
  /** How a job of the seed failed; absent if none did. */
  readonly failed?: "diverged" | "other";
}

/** A measured cell of a table or curve of a figure. */
export interface MeasuredCell {
  readonly row: Row;
  readonly column: Column;
  /** One entry per finished seed, in ascending order; counted cells have a single one with seed 0. */
  readonly seeds: readonly SeedValue[];
  /** One curve per finished seed, for a column of kind `curve`. */
  readonly curves: readonly {
    readonly seed: number;
    readonly curve: Curve;
    readonly result: JobResult;
  }[];
  /** Text instead of numbers: the sharing of Table 1. */
  readonly text?: string;
  /** The paper's number if it is not the printed one: an average over the columns that were run. */
  readonly paper?: string;
  /** Failed jobs of the cell. */
  readonly failures: readonly JobFailure[];
  /** The seeds that the run has for the cell; absent for counted and quoted cells. */
  readonly planned?: readonly PlannedSeed[];
  /** Why the cell is empty or incomplete. */
  readonly missing?: string;
  /** Stand-ins in the data of its jobs. */
  readonly standIns: readonly string[];
}

/** An experiment with its results. */
export interface MeasuredExperiment {
  readonly experiment: Experiment;
  /** Name of the preset. */
  readonly preset: string;
  /** In order of rows and columns. */
  readonly cells: readonly MeasuredCell[];
  /** Every finished job behind the cells, including the models that they depend on. */
  readonly results: readonly JobResult[];
}

/** Finds the cell of a row and column. */
export function cellOf(
  { cells }: MeasuredExperiment,
  row: string,
  column: string,
): MeasuredCell | undefined {
  return cells.find((cell) => cell.row.id === row && cell.column.id === column);
}
