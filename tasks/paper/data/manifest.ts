/**
 * The manifest of a run's data: fingerprints, sizes, missing parts and stand-ins. Preset, seeds and manifest determine all jobs of a run.
 *
 * @module
 */
import type { BenchmarkId } from "../experiment.ts";
import type { Preset } from "../presets/mod.ts";
import { questionCounts } from "./story_files.ts";

/** Sizes and fingerprints of a benchmark's files. */
export interface BenchmarkFacts {
  /** SHA-256 of its files. */
  readonly fingerprint: string;
  /** Questions or rows of the training set. */
  readonly train: number;
  /** Questions or rows of the development set. */
  readonly dev: number;
  /** Questions of the test set if it is public and present (RACE); 0 otherwise. */
  readonly test: number;
  /** Its parts that are stand-ins, such as `race/high`. */
  readonly standIns: readonly string[];
}

/** The data of a run, as stored in `data.json`. */
export interface DataManifest {
  /** `synthetic, seed 42` or `official layouts`. */
  readonly source: string;
  /** Number of pieces. */
  readonly vocabSize: number;
  /** Fingerprint of the prepared BookCorpus and Wikipedia. */
  readonly plain: string;
  /** Fingerprint of the above with the additional text; absent without additional text. */
  readonly extended?: string;
  /** Fingerprint of the development text for intrinsic metrics. */
  readonly dev: string;
  readonly benchmarks: Readonly<Partial<Record<BenchmarkId, BenchmarkFacts>>>;
  /** Reasons by missing part, such as `race` and `text/extra`. */
  readonly missing: Readonly<Record<string, string>>;
  /** Parts excluded by `--without`. */
  readonly without: readonly string[];
  /** Notes for readers of the report. */
  readonly remarks: readonly string[];
}

/** Questions or rows of the official files. */
const OFFICIAL_SIZES: Readonly<Record<BenchmarkId, readonly [train: number, dev: number]>> = {
  "squad-1.1": [87_599, 10_570],
  "squad-2.0": [130_319, 11_873],
  "mnli": [392_702, 9815],
  "sst-2": [67_349, 872],
  "race": [87_866, 4887],
  "cola": [8551, 1043],
  "mrpc": [3668, 408],
  "qnli": [104_743, 5463],
  "qqp": [363_846, 40_430],
  "rte": [2490, 277],
  "sts-b": [5749, 1500],
  "wnli": [635, 71],
};

/** A manifest of complete data with the official sizes, or of a preset's generated stories, for plans without data. */
export function officialManifest({ vocabSize, stories }: Preset): DataManifest {
  const sizes: Partial<typeof OFFICIAL_SIZES> = stories === undefined
    ? OFFICIAL_SIZES
    : { race: questionCounts(stories) };
  const unknown = "unknown";
  const test = (id: string) => id === "race" && stories === undefined ? 4934 : 0;
  return {
    source: stories === undefined ? "the official sizes" : "generated stories",
    vocabSize,
    plain: unknown,
    // Not the same text: equal runs on the same text are one job.
    extended: `${unknown}, extended`,
    dev: unknown,
    benchmarks: Object.fromEntries(
      Object.entries(sizes).map(([id, [train, dev]]) => [
        id,
        { fingerprint: unknown, train, dev, test: test(id), standIns: [] },
      ]),
    ),
    missing: {},
    without: [],
    remarks: [],
  };
}
