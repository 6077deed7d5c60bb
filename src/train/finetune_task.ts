/**
 * What the finetuning loop asks of a benchmark: examples, a loss, predictions, and their evaluation.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { Encoder, EncoderInput, ModelConfig, ParameterSpec } from "../model/mod.ts";
import type { LossTarget, Scope } from "../tensor/mod.ts";
import type { PredictionReview } from "./review.ts";

/** Token ids of one sequence, without padding. */
export interface Sequence {
  /** `[CLS]`, text, `[SEP]` … */
  readonly ids: ArrayLike<number>;
  /** Segment of each token. */
  readonly typeIds: ArrayLike<number>;
}

/** What is classified: a sentence or a pair (one sequence), or a question with its choices (one sequence each). */
export interface FinetuneExample {
  /** As many for every example of a task. */
  readonly sequences: readonly Sequence[];
}

/** Some examples, padded to one length. */
export interface FinetuneBatch<E> {
  /** In the order of the input's rows. */
  readonly examples: readonly E[];
  /** Its batch is examples times sequences of each. */
  readonly input: EncoderInput;
}

/** Examples that are only looked at. */
export interface HeldOutSet<E> {
  /** Empty for the set that decides which checkpoint is the best. */
  readonly name: string;
  /** With labels. */
  readonly examples: readonly E[];
}

/** The evaluation of one held-out set. */
export interface SetEvaluation {
  /** By the benchmark's names. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Prediction files by name. */
  readonly files: ReadonlyMap<string, string>;
  /** What the report shows of the predictions. */
  readonly review: PredictionReview;
}

/** A model for a task, without its training examples: what predicting needs. */
export interface TaskHead<E extends FinetuneExample, O> {
  /** Named in run.json, the model card and messages. */
  readonly name: string;
  /** Whether the head reads the pooler. */
  readonly pooler: boolean;
  /** Goes into config.json: `id2label`, `problem_type` … */
  readonly configExtra: Readonly<Record<string, unknown>>;
  /** transformers' class for a checkpoint. */
  architecture(config: ModelConfig): string;
  /** Parameters beside the encoder's. */
  headSpecs(config: ModelConfig): ParameterSpec[];
  /** Records the forward pass and reads what it gave: one output an example, in order. */
  predict(device: Device, encoder: Encoder, batch: FinetuneBatch<E>): Promise<readonly O[]>;
}

/** A benchmark's task. */
export interface FinetuneTask<E extends FinetuneExample, O> extends TaskHead<E, O> {
  /** Examples to learn from. */
  readonly train: readonly E[];
  /** The first is the run's own. */
  readonly heldOut: readonly HeldOutSet<E>[];
  /** Which metric of the first held-out set picks the best checkpoint; higher is better. */
  readonly metric: string;
  /**
   * Records the forward pass and ends it in a loss.
   *
   * @param target its scale is 1 / (examples of the whole step)
   */
  loss(scope: Scope, encoder: Encoder, batch: FinetuneBatch<E>, target: LossTarget): void;
  /** Computes metrics, prediction files and the review of a whole set from its outputs. */
  evaluate(set: HeldOutSet<E>, outputs: readonly O[]): SetEvaluation;
}
