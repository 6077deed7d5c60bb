/**
 * What a preset is: how big the paper's experiments are made.
 *
 * @module
 */
import type { Recipe } from "../../../src/train/mod.ts";
import type { BenchmarkId, PaperModel } from "../experiment.ts";

/** Depth and width of a model. */
export interface Shape {
  /** L. */
  readonly layers: number;
  /** H. */
  readonly hidden: number;
}

/** What a model's learning rate may depend on. */
export interface ScaledModel extends Shape {
  /** E. */
  readonly embedding: number;
}

/** The paper's Table 1. */
export const PAPER_SHAPES: Readonly<Record<PaperModel, Shape>> = {
  "bert-base": { layers: 12, hidden: 768 },
  "bert-large": { layers: 24, hidden: 1024 },
  "albert-base": { layers: 12, hidden: 768 },
  "albert-large": { layers: 24, hidden: 1024 },
  "albert-xlarge": { layers: 24, hidden: 2048 },
  "albert-xxlarge": { layers: 12, hidden: 4096 },
};

/** E of every ALBERT in the paper unless a row says otherwise. */
export const PAPER_EMBEDDING = 128;
/** Steps of every run in the paper unless a row says otherwise. */
export const PAPER_STEPS = 125_000;
/** Pieces of the paper's vocabulary. */
export const PAPER_VOCABULARY = 30_000;

/** How a model is pretrained. */
export interface PretrainingSize {
  /** What the paper's 125,000 steps become. */
  readonly steps: number;
  /** Rows with more steps get at most so many times as many. */
  readonly longest: number;
  /** Examples of an update. */
  readonly batchSize: number;
  /** Examples that the device holds at once. */
  readonly microBatchSize: number;
  /** Tokens of an example. */
  readonly maxSeqLength: number;
  readonly optimizer: "lamb" | "adamw";
  /** Peak rate: in a preset that of its base model, in a job that of its own, which `rateScale` makes of it. */
  readonly learningRate: number;
  readonly warmupSteps: number;
  /** What a rate is multiplied by where a net starts from a trained shallower one; 1 where absent. */
  readonly warmStartScale?: number;
  /** Evaluations of a run, which are the points of its curve. */
  readonly evaluations: number;
  /** Examples of the development text that an evaluation looks at. */
  readonly evalExamples: number;
}

/** How a model is finetuned on one benchmark. */
export interface FinetuningSize {
  readonly recipe: Recipe;
  /** Only the first so many rows or questions; all where absent. */
  readonly maxTrainSamples?: number;
  /** Only the first so many of the development set; all where absent. */
  readonly maxEvalSamples?: number;
  /** Tokens from one window of a SQuAD passage to the next; 128 where absent, as in the paper's recipe. */
  readonly docStride?: number;
  /** Examples that the device holds at once; all of a batch where absent. */
  readonly microBatchSize?: number;
  /** Evaluations of a run, among which the best is chosen. */
  readonly evaluations: number;
}

/** A size of all experiments. */
export interface Preset {
  /** As `--preset` takes it. */
  readonly name: string;
  /** What it is for and what it takes, a sentence. */
  readonly description: string;
  /** H by the paper's H. */
  readonly hidden: Readonly<Record<number, number>>;
  /** L by the paper's L. */
  readonly layers: Readonly<Record<number, number>>;
  /** E by the paper's E, where that is not the paper's H; a row whose E is its H has E = H at every size. */
  readonly embedding: Readonly<Record<number, number>>;
  /** Width of an attention head; 64 in the paper. */
  readonly headWidth: number;
  /** Pieces of the vocabulary, which is trained on the text. */
  readonly vocabSize: number;
  /** Lines of text that it is trained on; all where absent. */
  readonly vocabSentences?: number;
  readonly maxPositionEmbeddings: number;
  /** Standard deviation of new weights for a width. */
  initializerRange(hidden: number): number;
  /** Dropout where a row does not say; the paper's is 0.1 up to Table 8. */
  readonly dropout: number;
  readonly pretraining: PretrainingSize;
  /** What the learning rates of a model are multiplied by, in pretraining and finetuning; 1 where absent. */
  rateScale?(model: ScaledModel): number;
  /** Hyperparameters of a benchmark. */
  finetuning(benchmark: BenchmarkId): FinetuningSize;
  /** What is timed for the speed-up over BERT-large: models of the paper's size, or, to check the machinery, of the preset's. */
  readonly timing: {
    readonly size: "paper" | "preset";
    readonly batchSize: number;
    readonly sequenceLength: number;
  };
  /** Benchmarks that are run unless others are asked for. */
  readonly benchmarks: readonly BenchmarkId[];
}
