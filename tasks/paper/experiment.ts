/**
 * What a table or figure of the paper is: rows that say only what the paper varied, columns that say what was measured, and the numbers it printed.
 *
 * How big a run is, is not here but in a preset (`presets/`): the same experiment runs in seconds or in weeks.
 *
 * @module
 */
import type { PairObjective, Share } from "../../src/model/mod.ts";

/** The paper's models (its Table 1), which every row starts from. */
export type PaperModel =
  | "bert-base"
  | "bert-large"
  | "albert-base"
  | "albert-large"
  | "albert-xlarge"
  | "albert-xxlarge";

/**
 * How a row differs from its model and from the paper's protocol (§4.1: 125,000 steps, BookCorpus and Wikipedia, sentence order for ALBERT, next sentence
 * for BERT). All numbers are the paper's own; a preset maps them to its sizes.
 */
export interface Variation {
  /** What the row starts from. */
  readonly model: PaperModel;
  /** E as the paper prints it; 768 in a 768-wide model means E = H at every size. */
  readonly embeddingSize?: number;
  /** Which sub-layers all layers share. */
  readonly share?: Share;
  /** What the second pretraining loss learns. */
  readonly pairObjective?: PairObjective;
  /** Dropout of the encoder while pretraining. */
  readonly dropout?: number;
  /** L as the paper prints it. */
  readonly layers?: number;
  /** H as the paper prints it. */
  readonly hiddenSize?: number;
  /** Whether pretraining text beyond BookCorpus and Wikipedia is used. */
  readonly extraData?: boolean;
  /** Optimizer steps as the paper prints them; 125,000 where absent. 0 is a model as it is initialized. */
  readonly steps?: number;
  /** The row of the same experiment whose training cost this row gets, by steps of its own; the paper has fixed `steps` for that. */
  readonly equalTimeWith?: string;
  /** The row of the same experiment whose trained weights this row starts from (§A.1). */
  readonly warmStartFrom?: string;
}

/** Benchmarks that a row is finetuned on, by this toolkit's names. */
export type BenchmarkId =
  | "squad-1.1"
  | "squad-2.0"
  | "mnli"
  | "sst-2"
  | "race"
  | "cola"
  | "mrpc"
  | "qnli"
  | "qqp"
  | "rte"
  | "sts-b"
  | "wnli";

/** A hyperparameter of finetuning (Table 14). */
export type RecipeField =
  | "learningRate"
  | "batchSize"
  | "dropout"
  | "classifierDropout"
  | "maxSteps"
  | "warmupSteps"
  | "maxSeqLength";

/** Where a column's numbers come from. `metrics` name fields of a {@linkcode JobResult}'s `metrics`, in the order in which the paper prints them. */
export type Measure =
  /** The best on the development set after finetuning. */
  | {
    readonly kind: "finetune";
    readonly benchmark: BenchmarkId;
    readonly metrics: readonly string[];
  }
  /** Of the pretrained model itself, on the intrinsic development text. */
  | { readonly kind: "intrinsic"; readonly metrics: readonly string[] }
  /** Mean over other columns of the row; a column of two numbers is averaged first (the paper's rule). */
  | { readonly kind: "average"; readonly of: readonly string[] }
  /** Parameters of encoder, embeddings and pooler, counted at the paper's own size or at the preset's. */
  | { readonly kind: "parameters"; readonly size: "paper" | "preset" }
  /** A field of the configuration at the paper's own size. */
  | {
    readonly kind: "config";
    readonly field: "numHiddenLayers" | "hiddenSize" | "embeddingSize" | "share";
  }
  /** Training examples a second over those of BERT-large, measured at the paper's own size. */
  | { readonly kind: "speed-up" }
  /** Peak memory or gradient bytes all-reduced of a training step, at the paper's own size. */
  | { readonly kind: "cost"; readonly of: "memory" | "traffic" }
  /** Optimizer steps of the run, or hours that they took on the adapter at hand. */
  | { readonly kind: "training"; readonly of: "steps" | "hours" }
  /** A hyperparameter of the row's benchmark, as this toolkit has it. */
  | { readonly kind: "recipe"; readonly field: RecipeField }
  /** A line of a figure: `curve` names one of a {@linkcode JobResult}'s `curves`. */
  | { readonly kind: "curve"; readonly curve: CurveName };

/** Curves that jobs leave: accuracy on the development text (points) over steps; distance and angle (degrees) between a layer's input and output over layers. */
export type CurveName = "mlm_accuracy" | "layer_distance" | "layer_angle";

/** A column of a table, or a curve of a figure. */
export interface Column {
  /** Unique in its experiment, in kebab case. */
  readonly id: string;
  /** The paper's heading. */
  readonly label: string;
  /** Where the numbers come from. */
  readonly measure: Measure;
  /** True for a control or cost that the paper does not print. */
  readonly added?: boolean;
}

/** A row of a table, or a line of a figure. */
export interface Row {
  /** Unique in its experiment, in kebab case. */
  readonly id: string;
  /** As the paper names it, without its group. */
  readonly label: string;
  /** Rows of one group stand under this heading. */
  readonly group?: string;
  /** What is run; absent where the paper quotes somebody else's model, or where nothing is trained. */
  readonly variation?: Variation;
  /** The benchmark whose recipe the row shows (Table 14). */
  readonly benchmark?: BenchmarkId;
  /** Whether the row is of several finetuned models that vote; such rows are quoted. */
  readonly ensemble?: boolean;
  /** True for a control that the paper does not have. */
  readonly added?: boolean;
  /** What the paper prints, by column, as it prints it: `"89.3/82.3"`, `"12M"`, `"5.6x"`. Absent where it prints a dash or nothing. */
  readonly paper: Readonly<Record<string, string>>;
}

/** A table or figure of the paper. */
export interface Experiment {
  /** `table-4`, `figure-1`. */
  readonly id: string;
  readonly kind: "table" | "figure";
  /** What it is about, a few words. */
  readonly title: string;
  /** What it asks, as a sentence with a question mark. */
  readonly question: string;
  /** How the paper got the numbers, in sentences. */
  readonly protocol: string;
  /** Where the paper contradicts itself or leaves something open; shown with the table. A figure's first note describes the paper's curves. */
  readonly notes: readonly string[];
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

const UNITS: Readonly<Record<string, number>> = { M: 1e6, k: 1e3, h: 1, x: 1, "": 1 };

/**
 * The numbers of a cell of the paper: `"89.3/82.3"` → 89.3, 82.3; `"12M"` → 12,000,000; `"86.5 (89.0/85.5)"` → three; none for a word.
 */
export function paperNumbers(text: string): number[] {
  const parts = text.split(/[\s()/]+/).filter((part) => part !== "");
  return parts.flatMap((part) => {
    const match = /^(-?\d[\d.,]*(?:e-?\d+)?)([Mkhx]?)$/.exec(part);
    return match === null ? [] : [Number(match[1].replaceAll(",", "")) * UNITS[match[2]]];
  });
}

/** `table-4` → `Table 4`. */
export function experimentName(id: string): string {
  return `${id[0].toUpperCase()}${id.slice(1)}`.replace("-", " ");
}
