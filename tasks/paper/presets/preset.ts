/**
 * The definition of a preset: the size at which the paper's experiments run.
 *
 * @module
 */
import type { Recipe } from "../../../src/train/mod.ts";
import type { BenchmarkId, PaperModel } from "../experiment.ts";

/** Depth and width of a model. */
export interface Shape {
  /** Number of layers, L. */
  readonly layers: number;
  /** Hidden size, H. */
  readonly hidden: number;
}

/** The sizes that a learning rate may depend on. */
export interface ScaledModel extends Shape {
  /** Embedding size, E. */
  readonly embedding: number;
}

/** Table 1 of the paper. */
export const PAPER_SHAPES: Readonly<Record<PaperModel, Shape>> = {
  "bert-base": { layers: 12, hidden: 768 },
  "bert-large": { layers: 24, hidden: 1024 },
  "albert-base": { layers: 12, hidden: 768 },
  "albert-large": { layers: 24, hidden: 1024 },
  "albert-xlarge": { layers: 24, hidden: 2048 },
  "albert-xxlarge": { layers: 12, hidden: 4096 },
};

/** E of every ALBERT model in the paper, unless a row varies it. */
export const PAPER_EMBEDDING = 128;
/** Steps of every run in the paper, unless a row varies them. */
export const PAPER_STEPS = 125_000;
/** Size of the paper's vocabulary. */
export const PAPER_VOCABULARY = 30_000;

/** The size of a pretraining run. */
export interface PretrainingSize {
  /** Steps that correspond to the paper's 125,000. */
  readonly steps: number;
  /** Upper limit, as a multiple of `steps`, for rows with more steps. */
  readonly longest: number;
  /** Examples per update. */
  readonly batchSize: number;
  /** Examples per forward and backward pass. */
  readonly microBatchSize: number;
  /** Tokens per example. */
  readonly maxSeqLength: number;
  /** Whether models with the SOP objective are trained on balanced pairs, whose lengths do not reveal the order; the official recipe if absent. */
  readonly balancedPairs?: true;
  /** Fraction of the tokens to mask in training; the paper's if absent. Development examples always have the paper's. */
  readonly maskedLmProb?: number;
  readonly optimizer: "lamb" | "adamw";
  /** Peak learning rate: of the base model in a preset, scaled by `rateScale` in a job. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** Factor of the learning rate for a model initialized from a shallower trained one; 1 by default. */
  readonly warmStartScale?: number;
  /** Evaluations per run, which are the points of its curve. */
  readonly evaluations: number;
  /** Examples of the development text per evaluation. */
  readonly evalExamples: number;
}

/** The size of a fine-tuning run on one benchmark. */
export interface FinetuningSize {
  readonly recipe: Recipe;
  /** Use only the first N rows or questions for training; all by default. */
  readonly maxTrainSamples?: number;
  /** Evaluate only on the first N of the development set; all by default. */
  readonly maxEvalSamples?: number;
  /** Tokens between the starts of two windows of a SQuAD passage; 128 by default, as in the published code. */
  readonly docStride?: number;
  /** Examples per forward and backward pass; the whole batch by default. */
  readonly microBatchSize?: number;
  /** Evaluations per run, of which the best is selected. */
  readonly evaluations: number;
}

/** A size for all experiments. */
export interface Preset {
  /** The value of `--preset`. */
  readonly name: string;
  /** One sentence about its purpose and cost. */
  readonly description: string;
  /** H by the paper's H. */
  readonly hidden: Readonly<Record<number, number>>;
  /** L by the paper's L. */
  readonly layers: Readonly<Record<number, number>>;
  /** E by the paper's E; a row with E = H in the paper has E = H at every size. */
  readonly embedding: Readonly<Record<number, number>>;
  /** Width of an attention head; 64 in the paper. */
  readonly headWidth: number;
  /** Numbers of generated stories that are the text of this preset; absent if its text is in `--data`. */
  readonly stories?: {
    /** In place of BookCorpus and Wikipedia. */
    readonly plain: number;
    /** Additional data. */
    readonly extra: number;
    /** Development text. */
    readonly dev: number;
    /** Stories from which questions for fine-tuning are made. */
    readonly trainQuestions: number;
    /** Stories from which questions for evaluation are made. */
    readonly devQuestions: number;
  };
  /** Size of the vocabulary, which is trained on the text; of stories, the number of their words and of the pieces that spell others. */
  readonly vocabSize: number;
  /** Number of lines sampled to train the vocabulary; all by default. */
  readonly vocabSentences?: number;
  readonly maxPositionEmbeddings: number;
  /** Standard deviation of initial weights for a hidden size. */
  initializerRange(hidden: number): number;
  /** Dropout, unless a row varies it; the paper uses 0.1 before Table 8. */
  readonly dropout: number;
  readonly pretraining: PretrainingSize;
  /** Factor of a model's learning rates in pretraining and fine-tuning; 1 by default. */
  rateScale?(model: ScaledModel): number;
  /** Sizes and hyperparameters for a benchmark. */
  finetuning(benchmark: BenchmarkId): FinetuningSize;
  /** The training step that is timed for the speedup: at the paper's size, or at the preset's to test the machinery. */
  readonly timing: {
    readonly size: "paper" | "preset";
    readonly batchSize: number;
    readonly sequenceLength: number;
  };
  /** Default benchmarks. */
  readonly benchmarks: readonly BenchmarkId[];
}

/** Whether a preset generates its data instead of reading a folder. */
export function generatesData({ name, stories }: Preset): boolean {
  return stories !== undefined || name === "smoke";
}
