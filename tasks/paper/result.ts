/**
 * What a finished or failed job leaves: the JSON that is committed, read again instead of running, and drawn by the report.
 *
 * @module
 */
import type { Column, CurveName, Experiment, Row } from "./experiment.ts";

/** What a job does. */
export type JobKind =
  /** Trains a model from nothing, or from a shallower one, and measures it on the intrinsic development text. */
  | "pretrain"
  /** Writes a model as it is initialized, and measures it: the control that every finetuning has to beat. */
  | "untrained"
  /** Trains a model on one benchmark and keeps the best on its development set. */
  | "finetune"
  /** Times a training step at the paper's sizes, or looks at a trained model's layers. */
  | "measure";

/** On what a job ran. Its `kind` and `numerics` are part of the address, its `adapter` is not. */
export interface JobDevice {
  /** `cpu`, `webgpu`. */
  readonly kind: string;
  /** As the driver names it. */
  readonly adapter: string;
  /** Classes of accumulation, as run.json keeps them. */
  readonly numerics: Readonly<Record<string, string>>;
}

/** A line of a figure. */
export interface Curve {
  /** Steps, or layers from 1. */
  readonly x: readonly number[];
  /** Points (0 to 100), distances, or degrees. */
  readonly y: readonly number[];
}

/** What every job's JSON says. */
interface JobRecord {
  /** Of this file's form. */
  readonly version: 1;
  /** SHA-256 of the canonical JSON of `determinants`, in hex. */
  readonly address: string;
  readonly kind: JobKind;
  /** For people: `pretrain albert-base share=all E=128 seed 42`. */
  readonly label: string;
  /** The preset that the job was made for. */
  readonly preset: string;
  /** Everything that determines the metrics, and nothing else: never a time, path or date. */
  readonly determinants: Readonly<Record<string, unknown>>;
  /** Of everything random. */
  readonly seed: number;
  /** Where the run folder lies, relative to the output folder: `runs/ADDRESS`. */
  readonly runFolder: string;
  /** When it ended, ISO 8601. */
  readonly finished: string;
}

/** A job that ended well. */
export interface JobResult extends JobRecord {
  readonly status: "done";
  /**
   * Accuracies, F1 and the like in points (0 to 100), losses in nats. Pretraining and untrained: `mlm_accuracy mlm_loss unigram_accuracy`, and for the
   * pair tasks `nsp_accuracy sop_accuracy`, with `nsp_whole_accuracy sop_whole_accuracy` on pairs that needed no truncation. Finetuning: the benchmark's own
   * (`accuracy`, `f1`, `exact_match` …) at the best step, `best_step`, and `majority`, what always saying the commonest answer brings (where that is
   * defined). Measurements: the names of `tasks/paper/measure`.
   */
  readonly metrics: Readonly<Record<string, number>>;
  /** Lines of figures. */
  readonly curves: Readonly<Partial<Record<CurveName, Curve>>>;
  /** Wall-clock seconds over all starts, setting up included. */
  readonly seconds: number;
  /** Of those, seconds inside optimizer steps and evaluations. */
  readonly trainingSeconds: number;
  /** Optimizer steps; 0 where nothing was trained. */
  readonly steps: number;
  readonly device: JobDevice;
  /** The toolkit's version and the hand-bumped version of its numerics. */
  readonly toolkit: string;
  readonly numericsVersion: number;
  /** Of the text or benchmark files, SHA-256. */
  readonly dataFingerprint: string;
  /** Parts of the data that stand in for what the paper used (`race/high`, `mnli/mm`); every table that shows the result marks them. */
  readonly standIns: readonly string[];
  /** What a reader should know of the data: `synthesized from seed 42`, `first 3000 of 67349 examples`. */
  readonly remarks: readonly string[];
}

/** A job that failed; the next `paper run` tries it again. */
export interface JobFailure extends JobRecord {
  readonly status: "failed";
  /** One sentence. */
  readonly error: string;
  /** Relative to the output folder. */
  readonly log: string;
}

/** A job's JSON. */
export type JobOutcome = JobResult | JobFailure;

/** What one seed gave for one cell: as many numbers as the paper prints there, in its units. */
export interface SeedValue {
  readonly seed: number;
  /** In the order of the column's `metrics`; a parameter count has the unit of one parameter. */
  readonly values: readonly number[];
  /** The job that it came from; absent where it was counted, not run. */
  readonly result?: JobResult;
}

/** A cell of a table, or a line of a figure, as measured. */
export interface MeasuredCell {
  readonly row: Row;
  readonly column: Column;
  /** One for each seed that is done, in order of seeds; counted cells have one of seed 0. */
  readonly seeds: readonly SeedValue[];
  /** The curves of the same seeds, for a column of kind `curve`. */
  readonly curves: readonly {
    readonly seed: number;
    readonly curve: Curve;
    readonly result: JobResult;
  }[];
  /** Words in place of numbers: the sharing of Table 1. */
  readonly text?: string;
  /** Jobs of this cell that failed. */
  readonly failures: readonly JobFailure[];
  /** Why the cell is empty or incomplete, in a sentence: data that is absent, jobs that have not run. */
  readonly missing?: string;
  /** Union of the stand-ins of its jobs. */
  readonly standIns: readonly string[];
}

/** An experiment with what was measured, in the order of rows and columns. */
export interface MeasuredExperiment {
  readonly experiment: Experiment;
  /** Name of the preset. */
  readonly preset: string;
  readonly cells: readonly MeasuredCell[];
  /** Every finished job behind the cells, the controls on untrained models included. */
  readonly results: readonly JobResult[];
}

/** The cell of a row and column. */
export function cellOf(
  { cells }: MeasuredExperiment,
  row: string,
  column: string,
): MeasuredCell | undefined {
  return cells.find((cell) => cell.row.id === row && cell.column.id === column);
}
