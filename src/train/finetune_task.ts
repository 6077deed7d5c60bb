/**
 * A fine-tuning task as a benchmark defines it: examples, a head, a loss, predictions and their evaluation.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { Encoder, EncoderInput, ModelConfig, ParameterSpec } from "../model/mod.ts";
import type { LossTarget, Scope } from "../tensor/mod.ts";
import type { PredictionReview } from "../runs/mod.ts";

/** Token ids of one sequence, without padding. */
export interface Sequence {
  /** `[CLS]`, text, `[SEP]` … */
  readonly ids: ArrayLike<number>;
  /** Segment of each token. */
  readonly typeIds: ArrayLike<number>;
}

/** An example: a sentence or a pair (one sequence), or a question with its choices (one sequence each). */
export interface FinetuneExample {
  /** All examples of a task have the same number of sequences. */
  readonly sequences: readonly Sequence[];
  /** Number of tokens of the longest sequence before truncation; undefined if nobody counted them. */
  readonly length?: number;
}

/** Some examples, padded to one length. */
export interface FinetuneBatch<E> {
  /** In the order of the input's rows. */
  readonly examples: readonly E[];
  /** One row for each sequence. */
  readonly input: EncoderInput;
}

/** Examples for evaluation. */
export interface HeldOutSet<E> {
  /** Empty for the set whose metric selects the best checkpoint. */
  readonly name: string;
  /** With labels. */
  readonly examples: readonly E[];
}

/** The evaluation of one held-out set. */
export interface SetEvaluation {
  /** Metrics by the benchmark's names. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Prediction files by name. */
  readonly files: ReadonlyMap<string, string>;
  /** Predictions that the report shows. */
  readonly review: PredictionReview;
}

/** The head of a task, without training examples: all that prediction needs. */
export interface TaskHead<E extends FinetuneExample, O> {
  /** Name in `run.json`, model card and messages. */
  readonly name: string;
  /** Whether the head reads the pooler's output. */
  readonly pooler: boolean;
  /** Fields for config.json: `id2label`, `problem_type` … */
  readonly configExtra: Readonly<Record<string, unknown>>;
  /** Other names of the classes of `id2label` in the same order, which checkpoints of earlier versions have. */
  readonly otherLabels?: readonly string[];
  /** Returns the name of the Hugging Face class that loads a checkpoint. */
  architecture(config: ModelConfig): string;
  /** Returns the head's own parameters. */
  headSpecs(config: ModelConfig): ParameterSpec[];
  /** Records the forward pass and reads its result: one output per example, in order. */
  predict(device: Device, encoder: Encoder, batch: FinetuneBatch<E>): Promise<readonly O[]>;
}

/** A benchmark's task. */
export interface FinetuneTask<E extends FinetuneExample, O> extends TaskHead<E, O> {
  /** Training examples. */
  readonly train: readonly E[];
  /** Held-out sets; the first selects the best checkpoint. */
  readonly heldOut: readonly HeldOutSet<E>[];
  /** The metric of the first held-out set that selects the best checkpoint; higher is better. */
  readonly metric: string;
  /** Returns the weight of an example in the mean loss of a step; 1 if absent. */
  weightOf?(example: E): number;
  /**
   * Records the forward pass of a micro-batch and its loss.
   *
   * @param target scaled by 1 / (sum of the weights of the whole step's examples)
   */
  loss(scope: Scope, encoder: Encoder, batch: FinetuneBatch<E>, target: LossTarget): void;
  /** Computes metrics, prediction files and the review of a held-out set from its outputs. */
  evaluate(set: HeldOutSet<E>, outputs: readonly O[]): SetEvaluation;
}
