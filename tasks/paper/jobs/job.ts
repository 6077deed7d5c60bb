/**
 * Jobs: the runs that fill cells, with everything that determines them.
 *
 * @module
 */
import type { ModelConfig } from "../../../src/model/mod.ts";
import type { BenchmarkId } from "../experiment.ts";
import type { FinetuningSize, PretrainingSize } from "../presets/mod.ts";
import type { JobKind } from "../result.ts";

/** The pretraining text: BookCorpus and Wikipedia (`plain`), or these and additional data (`extended`). */
export type CorpusName = "plain" | "extended";

/** Common fields of all jobs. */
interface JobBase {
  readonly kind: JobKind;
  /** SHA-256 of the determinants. */
  readonly address: string;
  /** For readers. */
  readonly label: string;
  readonly seed: number;
  /** Everything that determines the result. */
  readonly determinants: Readonly<Record<string, unknown>>;
  /** Parts of its data that are stand-ins. */
  readonly standIns: readonly string[];
  /** Notes for readers of the report. */
  readonly remarks: readonly string[];
}

/** Pretrains a model. */
export interface PretrainJob extends JobBase {
  readonly kind: "pretrain";
  readonly config: ModelConfig;
  readonly size: PretrainingSize;
  readonly steps: number;
  readonly corpus: CorpusName;
  /** The job whose weights initialize the model. */
  readonly warmStart?: PretrainJob;
}

/** Saves an initialized model without training. */
export interface UntrainedJob extends JobBase {
  readonly kind: "untrained";
  readonly config: ModelConfig;
  readonly size: PretrainingSize;
}

/** A job that produces a model. */
export type ModelJob = PretrainJob | UntrainedJob;

/** Fine-tunes a model on a benchmark. */
export interface FinetuneJob extends JobBase {
  readonly kind: "finetune";
  readonly from: ModelJob;
  readonly benchmark: BenchmarkId;
  readonly size: FinetuningSize;
  /** Number of training and development examples. */
  readonly samples: { readonly train: number; readonly dev: number };
}

/** Measures the transitions between a pretrained model's layers (Figure 1). */
export interface LayersJob extends JobBase {
  readonly kind: "measure";
  readonly measure: "layers";
  readonly from: PretrainJob;
  readonly size: PretrainingSize;
}

/** Times a training step relative to that of another model (Table 2). */
export interface SpeedupJob extends JobBase {
  readonly kind: "measure";
  readonly measure: "speedup";
  readonly config: ModelConfig;
  /** The model whose speed is 1. */
  readonly reference: ModelConfig;
  /** Examples of the timed step. */
  readonly batchSize: number;
  /** Tokens per example. */
  readonly sequenceLength: number;
}

/** Any job. */
export type Job = PretrainJob | UntrainedJob | FinetuneJob | LayersJob | SpeedupJob;

/** The jobs that must finish before a job. */
export function dependencies(job: Job): readonly Job[] {
  switch (job.kind) {
    case "pretrain":
      return job.warmStart === undefined ? [] : [job.warmStart];
    case "untrained":
      return [];
    case "finetune":
      return [job.from];
    case "measure":
      return job.measure === "layers" ? [job.from] : [];
  }
}

/** Jobs and all their dependencies, without duplicates, dependencies first. */
export function withDependencies(jobs: readonly Job[]): Job[] {
  const ordered = new Map<string, Job>();
  const add = (job: Job) => {
    if (ordered.has(job.address)) return;
    dependencies(job).forEach(add);
    ordered.set(job.address, job);
  };
  jobs.forEach(add);
  return [...ordered.values()];
}
