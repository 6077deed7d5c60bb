/**
 * A task of the training loop: an objective (parameters and losses) with its data, evaluation and descriptions.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { IndexRange, ProcessGroup } from "../distributed/mod.ts";
import type { Encoder, ModelConfig, ParameterSpec } from "../model/mod.ts";
import type { NamedReview, SamplePrediction } from "../runs/mod.ts";
import type { LossTarget, Scope } from "../tensor/mod.ts";
import type { CardEvaluation } from "./model_card.ts";

export type { SampleMask, SamplePrediction } from "../runs/mod.ts";

/** A micro-batch of a step. */
export interface TaskBatch {
  /** Index of its first sequence in the step's whole batch, over all ranks. Dropout masks depend on it. */
  readonly firstRow: number;
  /** Tokens that count for the throughput. */
  readonly tokens: number;
}

/** Parameters and losses of a task, without its data, for the trainer. */
export interface Objective<B extends TaskBatch = TaskBatch> {
  /**
   * Names of the losses. Each is logged as `loss_NAME` and `accuracy_NAME`, and their sum as `loss`. A single loss may have the empty name and is then logged
   * as `loss` and `accuracy`.
   */
  readonly losses: readonly string[];
  /** Returns the parameters of encoder and heads. */
  specs(config: ModelConfig): ParameterSpec[];
  /** Returns the denominator of each loss for some micro-batches. The trainer sums them over all ranks before the backward pass. */
  counts(batches: readonly B[]): number[];
  /**
   * Records the forward pass of a micro-batch and its losses.
   *
   * @param targets one for each loss, scaled by 1 / (count of the whole step)
   */
  loss(scope: Scope, encoder: Encoder, batch: B, targets: readonly LossTarget[]): void;
}

/** Metrics of an evaluation by name: `loss`, `accuracy`, `accuracy_mm`. */
export type EvaluationMetrics = Readonly<Record<string, number>>;

/** The result of evaluating a task on its held-out sets. */
export interface Evaluation {
  /** Metrics of all sets; `events.jsonl` prefixes each name with `eval_`. */
  readonly metrics: EvaluationMetrics;
  /** Prediction files by name. */
  readonly files: ReadonlyMap<string, string>;
  /** Reviewed predictions of each held-out set, in order. */
  readonly reviews: readonly NamedReview[];
  /** Masked text with the model's predictions; absent unless the task predicts masked tokens. Rank 0 only. */
  readonly samples?: readonly SamplePrediction[];
  /** One line for people. */
  readonly summary: string;
  /** The result of the run's own held-out set under the names that `--json` prints; the metrics if absent. */
  readonly details?: Readonly<Record<string, number>>;
}

/** The model to evaluate and the ranks that share the work. */
export interface EvaluationContext {
  /** Where the model's parameters are. */
  readonly device: Device;
  /** The model. */
  readonly encoder: Encoder;
  /** Every rank evaluates its part. */
  readonly group: ProcessGroup;
  /** Number of steps done. */
  readonly step: number;
}

/** A task of the training loop. */
export interface Task<B extends TaskBatch = TaskBatch> extends Objective<B> {
  /** Name in `run.json`, model card and messages. */
  readonly name: string;
  /** The metric that selects the best checkpoint, and whether the highest or the lowest value is the best. */
  readonly best: { readonly metric: string; readonly direction: "highest" | "lowest" };
  /** Whether every evaluation writes the norms of all tensors to `tensors.jsonl`. */
  readonly logsTensorNorms: boolean;
  /** Whether the run writes its best evaluation to `results.json`. */
  readonly writesResults: boolean;
  /** Fields that a checkpoint's `config.json` has in addition to the model configuration: `id2label`, `problem_type` … */
  readonly configExtra: Readonly<Record<string, unknown>>;
  /** Everything in addition to model and trainer settings that the weights depend on; a resumed run must have the same. */
  readonly determinants: Readonly<Record<string, unknown>>;
  /** What else must be the same on every rank. */
  readonly rankFacts: Readonly<Record<string, unknown>>;
  /** Returns the name of the Hugging Face class that loads a checkpoint. */
  architecture(config: ModelConfig): string;
  /** Returns facts of a finished run for `results.json`. */
  results?(step: number): Readonly<Record<string, unknown>>;
  /** Returns the README.md of a checkpoint. */
  card(config: ModelConfig, step: number, evaluation: CardEvaluation | null): string;
  /**
   * Initializes or loads the parameters of a new run.
   *
   * @returns lines for the log
   */
  initialize(encoder: Encoder, seed: number): readonly string[];
  /**
   * Builds the micro-batches of a step.
   *
   * @param step optimizer step, from 0
   * @param part examples of the step's batch that this rank trains on; the same in every step of a run
   */
  batches(step: number, part: IndexRange): readonly B[] | Promise<readonly B[]>;
  /** Builds the largest possible micro-batch of this number of examples, for memory planning. */
  largestBatch(config: ModelConfig, examples: number): B;
  /** Evaluates every held-out set. Collective. */
  evaluate(context: EvaluationContext): Promise<Evaluation>;
  /** Stops workers. */
  close?(): void;
}
