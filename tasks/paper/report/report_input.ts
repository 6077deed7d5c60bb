/**
 * The input of a report, and the provenance of its numbers: seeds, machine, data, time.
 *
 * @module
 */
import type { Finding } from "../findings/assess.ts";
import { PAPER_PRESETS } from "../presets/mod.ts";
import type { JobFailure, JobResult, MeasuredExperiment } from "../result.ts";

/** The content of a report. */
export interface ReportInput {
  /** In the paper's order. */
  readonly measured: readonly MeasuredExperiment[];
  /** The claims, tested on `measured`. */
  readonly findings: readonly Finding[];
  /** The command that reproduces the report's numbers. */
  readonly command: string;
  /** Address of a run's own report, relative to the page; null if there is none. */
  linkTo(result: JobResult): string | null;
  /** The last lines of a failed job's log; null if the log does not exist. */
  logOf(failure: JobFailure): string | null;
}

/** The title of the report. */
export const TITLE = "ALBERT: reproduction of the paper's results";

/** The reference of the paper. */
export const PAPER =
  "Lan, Chen, Goodman, Gimpel, Sharma, Soricut: ALBERT: A Lite BERT for Self-supervised Learning of Language Representations. ICLR 2020, arXiv 1909.11942 v6.";

/** The provenance of one experiment or of several. */
export interface Provenance {
  /** Finished jobs, without duplicates. */
  readonly results: readonly JobResult[];
  /** Failed jobs, without duplicates. */
  readonly failures: readonly JobFailure[];
  readonly presets: readonly string[];
  /** In ascending order. */
  readonly seeds: readonly number[];
  readonly adapters: readonly string[];
  readonly toolkits: readonly string[];
  /** Abbreviated to twelve digits. */
  readonly dataFingerprints: readonly string[];
  readonly standIns: readonly string[];
  readonly remarks: readonly string[];
  /** Sum over all jobs. */
  readonly seconds: number;
}

const FINGERPRINT_DIGITS = 12;

/** Collects the provenance of some experiments; a job shared by several of them counts once. */
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
        // Throughput measurements do not use data.
        .filter((fingerprint) => /^[0-9a-f]{64}$/.test(fingerprint))
        .map((fingerprint) => fingerprint.slice(0, FINGERPRINT_DIGITS)),
    ),
    standIns: distinct(measured.flatMap(({ cells }) => cells.flatMap((c) => c.standIns))),
    remarks: distinct(results.flatMap(({ remarks }) => remarks)),
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** Breaks commands, separated by semicolons, into one option per line. */
export function brokenCommand(command: string): string {
  return command.replaceAll("; ", "\n\n").replaceAll(" --", " \\\n    --");
}

/** Explains the capital words of a command, in a sentence; `code` formats each. */
export function placeholders(command: string, code: (word: string) => string): string {
  const output = "a folder for runs and report.";
  return command.includes("--data DATA")
    ? `${code("DATA")} is the folder of the data in the official layouts, ${
      code("OUTPUT")
    } ${output}`
    : `${code("OUTPUT")} is ${output}`;
}

/** What stands in for the paper's data. The preset `smoke` synthesizes everything and `stories` its text; others use the text of the run and parts of training sets. */
export function standInText({ presets, standIns }: Provenance): string {
  if (presets.includes("smoke")) return "all texts and benchmarks are made up from the seed";
  if (presets.includes("stories")) {
    return "generated stories, for all texts, also for the development text; questions about their order, for RACE";
  }
  return [
    "the pretraining text of the run, for BookCorpus and Wikipedia",
    ...(presets.includes("nano")
      ? ["parts of the training and development sets, for all of them"]
      : []),
    ...standIns,
  ].join("; ");
}

/** The description of a preset; empty for an unknown one. */
export function presetDescription(name: string): string {
  return PAPER_PRESETS.find((preset) => preset.name === name)?.description ?? "";
}

/** The range of a metric relative to a trivial baseline, over all jobs that have both. */
export interface BaselineGain {
  readonly name: string;
  /** Minimum, in points. */
  readonly low: number;
  /** Maximum, in points. */
  readonly high: number;
}

/** Gains over trivial baselines, which show whether the models learned anything. */
export function baselineGains({ results }: Provenance): BaselineGain[] {
  const gain = (name: string, kind: JobResult["kind"], metric: string, baseline: string) => {
    const gains = results.filter((result) => result.kind === kind)
      .map(({ metrics }) => metrics[metric] - metrics[baseline])
      .filter(Number.isFinite);
    return gains.length === 0 ? [] : [{ name, low: Math.min(...gains), high: Math.max(...gains) }];
  };
  return [
    ...gain(
      "masked-LM accuracy minus that of the most frequent token",
      "pretrain",
      "mlm_accuracy",
      "unigram_accuracy",
    ),
    ...gain(
      "benchmark accuracy minus that of the most frequent class",
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
