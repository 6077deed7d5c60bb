/**
 * What a pretraining run is made of, and what it tells while it goes on.
 *
 * @module
 */
import type { OpenedData } from "../data/disk/mod.ts";
import type { Device } from "../device/mod.ts";
import type { DataParallel } from "../distributed/mod.ts";
import type { ModelConfig } from "../model/mod.ts";
import type { Safetensors } from "../weights/mod.ts";
import type { ModelDescription } from "./checkpoint.ts";
import type { EvaluationResult } from "./evaluate.ts";
import type { LiveReport } from "../report/mod.ts";
import type { PretrainSettings } from "./pretrain_settings.ts";

/** What the caller wants to hear of while the run goes on. */
export interface PretrainObserver {
  /** The run is about to begin, and can be watched from now on. */
  started?(report: LiveReport): void;
  /** The run goes on after this step of an earlier start. */
  resumed?(step: number): void;
  /** Something a person should know. */
  say(line: string): void;
  /** Steps were read; `log` is the mean of them. */
  progress(step: number, log: WindowLog): void;
  /** `name` is that of the held-out set, empty for the run's own. */
  evaluated(step: number, result: EvaluationResult, name: string): void;
  /** Whether to save and stop after the current step. */
  stopRequested(): boolean;
  /** The caller's own work on the device after step `step`, while nothing is recorded. */
  betweenSteps?(step: number): Promise<void>;
}

/** Prepared data and its share of the examples. */
export interface DataSource {
  /** Names its held-out set when there are several sources. */
  readonly name: string;
  readonly data: OpenedData;
  /** Relative to the other sources' weights. */
  readonly weight: number;
}

/** A pretraining run. */
export interface PretrainRun {
  readonly device: Device;
  /** At least one; all prepared with the same vocabulary. */
  readonly sources: readonly DataSource[];
  readonly config: ModelConfig;
  readonly settings: PretrainSettings;
  readonly output: string;
  readonly resume: boolean;
  /** Weights of a shallower or narrower net to start from. */
  readonly initialWeights?: Safetensors;
  /** More held-out data, by name; the run's own split has none. */
  readonly evalData?: ReadonlyMap<string, OpenedData>;
  /** Who takes part; this process alone where absent. */
  readonly ranks?: DataParallel;
  /** Tokenizer files and model card that go into every checkpoint. */
  readonly files: ModelDescription["files"];
  /** Facts for `run.json` that determine nothing: versions, revision, command. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly observer: PretrainObserver;
}

/** How a run ended. */
export interface PretrainResult {
  readonly step: number;
  readonly finished: boolean;
  readonly evaluation: EvaluationResult | null;
}

/** Mean losses over the steps between two lines of the log. */
export interface WindowLog {
  readonly loss: number;
  readonly maskedLoss: number;
  readonly pairLoss: number;
  readonly maskedAccuracy: number;
  readonly pairAccuracy: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly tokensPerSecond: number;
}
