/**
 * A job: one run that fills cells, with everything that determines it.
 *
 * @module
 */
import type { ModelConfig } from "../../../src/model/mod.ts";
import type { BenchmarkId } from "../experiment.ts";
import type { FinetuningSize, PretrainingSize } from "../presets/mod.ts";
import type { JobKind } from "../result.ts";

/** Which text a model is trained on: BookCorpus and Wikipedia, or more. */
export type CorpusName = "plain" | "extended";

/** What all jobs have. */
interface JobBase {
  readonly kind: JobKind;
  /** SHA-256 of the determinants. */
  readonly address: string;
  /** For people. */
  readonly label: string;
  readonly seed: number;
  /** Everything that the result depends on. */
  readonly determinants: Readonly<Record<string, unknown>>;
  /** Stand-ins in its data. */
  readonly standIns: readonly string[];
  /** What a reader should know of the result. */
  readonly remarks: readonly string[];
}

/** Trains a model. */
export interface PretrainJob extends JobBase {
  readonly kind: "pretrain";
  readonly config: ModelConfig;
  readonly size: PretrainingSize;
  readonly steps: number;
  readonly corpus: CorpusName;
  /** The job whose weights it starts from. */
  readonly warmStart?: PretrainJob;
}

/** Writes a model as it is initialized. */
export interface UntrainedJob extends JobBase {
  readonly kind: "untrained";
  readonly config: ModelConfig;
  readonly size: PretrainingSize;
}

/** A job that leaves a model to finetune or look at. */
export type ModelJob = PretrainJob | UntrainedJob;

/** Trains a model on a benchmark. */
export interface FinetuneJob extends JobBase {
  readonly kind: "finetune";
  readonly from: ModelJob;
  readonly benchmark: BenchmarkId;
  readonly size: FinetuningSize;
  /** Examples that are trained on and evaluated on. */
  readonly samples: { readonly train: number; readonly dev: number };
}

/** Looks at a trained model's layers (Figure 1). */
export interface LayersJob extends JobBase {
  readonly kind: "measure";
  readonly measure: "layers";
  readonly from: PretrainJob;
  readonly size: PretrainingSize;
}

/** Times a training step of a model (Table 2). */
export interface ThroughputJob extends JobBase {
  readonly kind: "measure";
  readonly measure: "throughput";
  readonly config: ModelConfig;
  /** Examples and tokens of the timed step. */
  readonly batchSize: number;
  readonly sequenceLength: number;
}

/** A run that fills cells. */
export type Job = PretrainJob | UntrainedJob | FinetuneJob | LayersJob | ThroughputJob;

/** What has to be done before a job. */
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

/** Jobs and all they need, each once, what is needed first. */
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
