/**
 * What stands behind the numbers of an experiment: size, seeds, machine, data, time.
 *
 * @module
 */
import { PAPER_PRESETS } from "../presets/mod.ts";
import type { JobFailure, JobResult, MeasuredExperiment } from "../result.ts";

/** Behind one experiment, or behind all. */
export interface Provenance {
  /** Each once. */
  readonly results: readonly JobResult[];
  /** Each once. */
  readonly failures: readonly JobFailure[];
  readonly presets: readonly string[];
  /** Rising. */
  readonly seeds: readonly number[];
  readonly adapters: readonly string[];
  readonly toolkits: readonly string[];
  /** First twelve digits. */
  readonly dataFingerprints: readonly string[];
  readonly standIns: readonly string[];
  readonly remarks: readonly string[];
  /** Over all jobs. */
  readonly seconds: number;
}

/** Digits of a fingerprint that are shown. */
const SHOWN_DIGITS = 12;

/** Gathers what stands behind some experiments; a job that several of them share counts once. */
export function provenance(measured: readonly MeasuredExperiment[]): Provenance {
  const results = byAddress(measured.flatMap((one) => one.results));
  const failures = byAddress(measured.flatMap(({ cells }) => cells.flatMap((c) => c.failures)));
  const trained = results.filter(({ kind }) => kind !== "measure");
  return {
    results,
    failures,
    presets: distinct(measured.map(({ preset }) => preset)),
    seeds: [...new Set(trained.map(({ seed }) => seed))].sort((a, b) => a - b),
    adapters: distinct(results.map(({ device }) => `${device.adapter} (${device.kind})`)),
    toolkits: distinct(results.map(({ toolkit }) => toolkit)),
    dataFingerprints: distinct(
      results.map(({ dataFingerprint }) => dataFingerprint)
        // A timing has no data.
        .filter((fingerprint) => /^[0-9a-f]{64}$/.test(fingerprint))
        .map((fingerprint) => fingerprint.slice(0, SHOWN_DIGITS)),
    ),
    standIns: distinct(measured.flatMap(({ cells }) => cells.flatMap((c) => c.standIns))),
    remarks: distinct(results.flatMap(({ remarks }) => remarks)),
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** What a preset is for, as it says itself. */
export function presetDescription(name: string): string {
  return PAPER_PRESETS.find((preset) => preset.name === name)?.description ?? "";
}

/** Least and greatest of a control over the jobs that have it: what a model knows beyond what it could say without reading. */
export interface Control {
  /** `masked words over the commonest word`. */
  readonly name: string;
  readonly least: number;
  readonly most: number;
}

/** Controls on whether the models learned at all. */
export function controls({ results }: Provenance): Control[] {
  const over = (name: string, kind: JobResult["kind"], metric: string, floor: string) => {
    const gains = results.filter((result) => result.kind === kind)
      .map(({ metrics }) => metrics[metric] - metrics[floor])
      .filter(Number.isFinite);
    return gains.length === 0
      ? []
      : [{ name, least: Math.min(...gains), most: Math.max(...gains) }];
  };
  return [
    ...over(
      "accuracy on masked words over always guessing the commonest word",
      "pretrain",
      "mlm_accuracy",
      "unigram_accuracy",
    ),
    ...over(
      "accuracy on benchmarks over always giving the commonest answer",
      "finetune",
      "accuracy",
      "majority",
    ),
  ];
}

function byAddress<T extends { readonly address: string }>(jobs: readonly T[]): T[] {
  return [...new Map(jobs.map((job) => [job.address, job])).values()];
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}
