/**
 * What a finetuning run is made of, and what it tells while it goes on.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import type { DataParallel } from "../distributed/mod.ts";
import type { ModelConfig } from "../model/mod.ts";
import type { Safetensors } from "../weights/mod.ts";
import type { ModelDescription } from "./checkpoint.ts";
import type { TaskLoadReport } from "./load_for_task.ts";
import type { FinetuneSettings } from "./finetune_settings.ts";
import type { FinetuneExample, FinetuneTask } from "./finetune_task.ts";

/** Means over the steps between two lines of the log. */
export interface FinetuneWindow {
  readonly loss: number;
  /** Share of right answers, 0 where the task does not count them. */
  readonly accuracy: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  /** Without padding. */
  readonly tokensPerSecond: number;
  readonly stepsPerSecond: number;
}

/** Metrics of an evaluation by held-out set and name: `accuracy`, `accuracy_mm`. */
export type EvaluationMetrics = Readonly<Record<string, number>>;

/** What the caller wants to hear of while the run goes on. */
export interface FinetuneObserver {
  /** Something a person should know. */
  say(line: string): void;
  /** Which tensors were new. */
  loaded(report: TaskLoadReport): void;
  /** Steps were read. */
  progress(step: number, window: FinetuneWindow): void;
  /** `best` when no earlier evaluation was as good. */
  evaluated(step: number, metrics: EvaluationMetrics, best: boolean): void;
  /** Whether to save and stop after the current step. */
  stopRequested(): boolean;
  /** The caller's own work on the device after step `step`, while nothing is recorded. */
  betweenSteps?(step: number): Promise<void>;
}

/** A finetuning run. */
export interface FinetuneRun<E extends FinetuneExample, O> {
  readonly device: Device;
  readonly task: FinetuneTask<E, O>;
  /** Of the checkpoint, with the run's dropout. */
  readonly config: ModelConfig;
  /** To start from, `null` to start every tensor anew; not read on resume. */
  readonly weights: Safetensors | null;
  /** SHA-256 of those weights, or a word that there are none. */
  readonly weightsSha256: string;
  /** SHA-256 of the training and held-out files. */
  readonly dataSha256: string;
  readonly settings: FinetuneSettings;
  readonly output: string;
  readonly resume: boolean;
  /** Who takes part; this process alone where absent. */
  readonly ranks?: DataParallel;
  /** Tokenizer files that go into every checkpoint. */
  readonly files: ModelDescription["files"];
  /** Facts for `run.json` that determine nothing: versions, command. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly observer: FinetuneObserver;
}

/** How a run ended. */
export interface FinetuneResult {
  readonly step: number;
  readonly finished: boolean;
  /** Step of the best evaluation. */
  readonly bestStep: number | null;
  /** Metrics of the best evaluation. */
  readonly best: EvaluationMetrics | null;
}
