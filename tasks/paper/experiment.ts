/**
 * The definition of a table or figure of the paper: rows with the fields that the paper varied, columns with what it measured, and the printed numbers.
 *
 * Sizes are defined by presets (`presets/`): the same experiment runs in seconds or in weeks.
 *
 * @module
 */
import type { PairObjective, Share } from "../../src/model/mod.ts";

/** The paper's models (Table 1), on which every row is based. */
export type PaperModel =
  | "bert-base"
  | "bert-large"
  | "albert-base"
  | "albert-large"
  | "albert-xlarge"
  | "albert-xxlarge";

/**
 * How a row differs from its model and from the paper's protocol (§4.1: 125,000 steps on BookCorpus and Wikipedia, SOP for ALBERT, NSP for BERT). All
 * numbers are those of the paper; a preset maps them to its sizes.
 */
export interface Variation {
  /** The model that the row is based on. */
  readonly model: PaperModel;
  /** E as printed in the paper; 768 in a model with H = 768 means E = H at every size. */
  readonly embeddingSize?: number;
  /** The sub-layers that all layers share. */
  readonly share?: Share;
  /** The sentence-pair objective of pretraining. */
  readonly pairObjective?: PairObjective;
  /** Dropout in pretraining. */
  readonly dropout?: number;
  /** L as printed in the paper. */
  readonly layers?: number;
  /** H as printed in the paper. */
  readonly hiddenSize?: number;
  /** Whether to use pretraining text beyond BookCorpus and Wikipedia. */
  readonly extraData?: boolean;
  /** Optimizer steps as printed in the paper; 125,000 by default. 0 is the initialized model. */
  readonly steps?: number;
  /** Train for the cost of this row of the same experiment, by adjusting the steps; the paper's `steps` already correspond to it. */
  readonly equalTimeWith?: string;
  /** Initialize from the trained weights of this row of the same experiment (§A.1). */
  readonly warmStartFrom?: string;
}

/** The benchmarks for fine-tuning: the five of most tables first. */
export const BENCHMARKS = [
  "squad-1.1",
  "squad-2.0",
  "mnli",
  "sst-2",
  "race",
  "cola",
  "mrpc",
  "qnli",
  "qqp",
  "rte",
  "sts-b",
  "wnli",
] as const;

/** A benchmark's name. */
export type BenchmarkId = typeof BENCHMARKS[number];

/** A hyperparameter of fine-tuning (Table 14). */
export type RecipeField =
  | "learningRate"
  | "batchSize"
  | "dropout"
  | "classifierDropout"
  | "maxSteps"
  | "warmupSteps"
  | "maxSeqLength";

/** The source of a column's numbers. `metrics` are fields of a {@linkcode JobResult}'s `metrics`, in the paper's order. */
export type Measure =
  /** The best evaluation on the development set in fine-tuning. */
  | {
    readonly kind: "finetune";
    readonly benchmark: BenchmarkId;
    readonly metrics: readonly string[];
  }
  /** Metrics of the pretrained model on the development text. */
  | { readonly kind: "intrinsic"; readonly metrics: readonly string[] }
  /** Mean over other columns of the row; a column with two numbers is averaged first, as in the paper. */
  | { readonly kind: "average"; readonly of: readonly string[] }
  /** Number of parameters of encoder, embeddings and pooler, at the paper's size or at the preset's. */
  | { readonly kind: "parameters"; readonly size: "paper" | "preset" }
  /** A field of the configuration at the paper's size. */
  | {
    readonly kind: "config";
    readonly field: "numHiddenLayers" | "hiddenSize" | "embeddingSize" | "share";
  }
  /** Training examples per second relative to BERT-large, measured at the paper's size. */
  | { readonly kind: "speed-up" }
  /** Peak memory, or gradient bytes all-reduced, per training step at the paper's size. */
  | { readonly kind: "cost"; readonly of: "memory" | "traffic" }
  /** Optimizer steps of the run, or the hours that they took. */
  | { readonly kind: "training"; readonly of: "steps" | "hours" }
  /** A hyperparameter of this toolkit's recipe for the row's benchmark. */
  | { readonly kind: "recipe"; readonly field: RecipeField }
  /** A curve of a figure: a field of a {@linkcode JobResult}'s `curves`. */
  | { readonly kind: "curve"; readonly curve: CurveName };

/** Curves of jobs: accuracy on the development text (points) over steps; L2 distance and angle (degrees) between a layer's input and output over layers. */
export type CurveName = "mlm_accuracy" | "layer_distance" | "layer_angle";

/** A column of a table, or a curve of a figure. */
export interface Column {
  /** In kebab case, unique in its experiment. */
  readonly id: string;
  /** The paper's heading. */
  readonly label: string;
  readonly measure: Measure;
  /** True for a control or cost that is not in the paper. */
  readonly added?: boolean;
}

/** A row of a table, or a line of a figure. */
export interface Row {
  /** In kebab case, unique in its experiment. */
  readonly id: string;
  /** The paper's name, without its group. */
  readonly label: string;
  /** Heading of the row's group. */
  readonly group?: string;
  /** The model to train; absent for models that the paper quotes, and for rows without a model. */
  readonly variation?: Variation;
  /** The benchmark of the row's recipe (Table 14). */
  readonly benchmark?: BenchmarkId;
  /** Whether the row is an ensemble of fine-tuned models; ensembles are quoted, not run. */
  readonly ensemble?: boolean;
  /** True for a control that is not in the paper. */
  readonly added?: boolean;
  /** The paper's cells by column, as printed: `"89.3/82.3"`, `"12M"`, `"5.6x"`. Empty cells are absent. */
  readonly paper: Readonly<Record<string, string>>;
}

/** A table or figure of the paper. */
export interface Experiment {
  /** `table-4`, `figure-1`. */
  readonly id: string;
  readonly kind: "table" | "figure";
  /** A few words. */
  readonly title: string;
  /** The question that it answers. */
  readonly question: string;
  /** How the paper obtained the numbers. */
  readonly protocol: string;
  /** Contradictions and omissions of the paper. A figure's first note describes the paper's curves. */
  readonly notes: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const UNITS: Readonly<Record<string, number>> = { M: 1e6, k: 1e3, h: 1, x: 1, "": 1 };

/**
 * Parses the numbers of a cell: `"89.3/82.3"` → 89.3, 82.3; `"12M"` → 12,000,000; `"86.5 (89.0/85.5)"` → 86.5, 89, 85.5; none for words.
 */
export function paperNumbers(text: string): number[] {
  const parts = text.split(/[\s()/]+/).filter((part) => part !== "");
  return parts.flatMap((part) => {
    const match = /^(-?\d[\d.,]*(?:e-?\d+)?)([Mkhx]?)$/.exec(part);
    return match === null ? [] : [Number(match[1].replaceAll(",", "")) * UNITS[match[2]]];
  });
}

/** The name of an experiment: `table-4` → `Table 4`. */
export function experimentName(id: string): string {
  return `${id[0].toUpperCase()}${id.slice(1)}`.replace("-", " ");
}
