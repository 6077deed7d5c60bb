/**
 * Creates jobs with their determinants and addresses.
 *
 * @module
 */
import { configToJson, type ModelConfig, pretrainingArchitecture } from "../../../src/model/mod.ts";
import type { DataManifest } from "../data/manifest.ts";
import type { BenchmarkId } from "../experiment.ts";
import type { FinetuningSize, PretrainingSize } from "../presets/mod.ts";
import { addressOf, RESULTS_VERSION } from "./address.ts";
import type {
  CorpusName,
  FinetuneJob,
  Job,
  LayersJob,
  ModelJob,
  PretrainJob,
  SpeedupJob,
  UntrainedJob,
} from "./job.ts";

/** Settings shared by all jobs of a run. */
export interface JobSetting {
  readonly manifest: DataManifest;
  /** `cpu` or `webgpu`, which round differently. */
  readonly device: string;
}

function addressed<J extends Job>(
  { device }: JobSetting,
  job: Omit<J, "address" | "determinants">,
  determinants: Record<string, unknown>,
): J {
  const { kind, seed } = job;
  const all = { kind, seed, numericsVersion: RESULTS_VERSION, device, ...determinants };
  return { ...job, determinants: all, address: addressOf(all) } as unknown as J;
}

/** Creates a pretraining job. */
export function pretrainJob(
  setting: JobSetting,
  what: Pick<PretrainJob, "config" | "size" | "steps" | "seed" | "warmStart"> & {
    readonly corpus: CorpusName;
    readonly name: string;
  },
): PretrainJob {
  const { name, ...job } = what;
  const { manifest } = setting;
  const { evaluations, evalExamples, longest: _, steps: __, ...size } = what.size;
  return addressed<PretrainJob>(setting, {
    ...job,
    kind: "pretrain",
    label: `pretrain ${name} seed ${what.seed}`,
    standIns: [],
    remarks: manifest.remarks,
  }, {
    config: configJson(what.config),
    size,
    steps: what.steps,
    evaluations,
    evalExamples,
    text: manifest[what.corpus],
    dev: manifest.dev,
    warmStart: what.warmStart?.address ?? null,
  });
}

/** Creates the job of an initialized model. */
export function untrainedJob(
  setting: JobSetting,
  what: { config: ModelConfig; size: PretrainingSize; seed: number; name: string },
): UntrainedJob {
  const { config, size, seed, name } = what;
  const { manifest } = setting;
  return addressed<UntrainedJob>(setting, {
    kind: "untrained",
    config,
    size,
    seed,
    label: `untrained ${name} seed ${seed}`,
    standIns: [],
    remarks: manifest.remarks,
  }, {
    config: configJson(config),
    maxSeqLength: size.maxSeqLength,
    evalExamples: size.evalExamples,
    // The vocabulary is trained on it.
    text: manifest.plain,
    dev: manifest.dev,
  });
}

/** Creates a fine-tuning job; returns null if the benchmark's files are missing. */
export function finetuneJob(
  setting: JobSetting,
  what: { from: ModelJob; benchmark: BenchmarkId; size: FinetuningSize; seed: number },
): FinetuneJob | null {
  const { from, benchmark, size, seed } = what;
  const facts = setting.manifest.benchmarks[benchmark];
  if (facts === undefined) return null;
  const run = seed === from.seed ? "" : ` run ${seed}`;
  return addressed<FinetuneJob>(setting, {
    ...what,
    kind: "finetune",
    label: `finetune ${benchmark}${run} from ${from.label}`,
    samples: {
      train: Math.min(facts.train, size.maxTrainSamples ?? Infinity),
      dev: Math.min(facts.dev, size.maxEvalSamples ?? Infinity),
    },
    standIns: facts.standIns,
    remarks: [...setting.manifest.remarks, ...sampleRemarks(size, facts)],
  }, {
    from: from.address,
    benchmark,
    size,
    data: facts.fingerprint,
  });
}

/** Creates the job that measures a pretrained model's layers. */
export function layersJob(
  setting: JobSetting,
  what: { from: PretrainJob; size: PretrainingSize },
): LayersJob {
  const { from, size } = what;
  return addressed<LayersJob>(setting, {
    ...what,
    kind: "measure",
    measure: "layers",
    seed: from.seed,
    label: `layers of ${from.label}`,
    standIns: [],
    remarks: setting.manifest.remarks,
  }, {
    measure: "layers",
    from: from.address,
    maxSeqLength: size.maxSeqLength,
    evalExamples: size.evalExamples,
    dev: setting.manifest.dev,
  });
}

/** Creates a job that times a training step. Its seed only distinguishes repeated measurements. */
export function speedupJob(
  setting: JobSetting,
  what: Pick<SpeedupJob, "config" | "reference" | "batchSize" | "sequenceLength" | "seed"> & {
    readonly name: string;
  },
): SpeedupJob {
  const { name, ...job } = what;
  return addressed<SpeedupJob>(setting, {
    ...job,
    kind: "measure",
    measure: "speedup",
    label: `speedup of ${name}, ${job.seed}`,
    standIns: [],
    remarks: [],
  }, {
    ...job,
    measure: "speedup",
    config: configJson(what.config),
    reference: configJson(what.reference),
  });
}

function configJson(config: ModelConfig): Record<string, unknown> {
  return configToJson(config, [pretrainingArchitecture(config)]);
}

function sampleRemarks(
  { maxTrainSamples, maxEvalSamples }: FinetuningSize,
  { train, dev }: { readonly train: number; readonly dev: number },
): string[] {
  const part = (limit: number | undefined, all: number, what: string) =>
    limit === undefined || limit >= all ? [] : [`first ${limit} of ${all} ${what} examples`];
  return [...part(maxTrainSamples, train, "training"), ...part(maxEvalSamples, dev, "development")];
}
