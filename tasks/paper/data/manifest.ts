/**
 * What of the paper's data is at hand: fingerprints, sizes, what is missing, what stands in. All jobs of a run follow from preset, seeds and this.
 *
 * @module
 */
import type { BenchmarkId } from "../experiment.ts";

/** A benchmark's files. */
export interface BenchmarkFacts {
  /** SHA-256 of training and development files. */
  readonly fingerprint: string;
  /** Questions or rows to train on. */
  readonly train: number;
  /** Questions or rows of the development set. */
  readonly dev: number;
  /** Of its test set where that is public and there (RACE); 0 elsewhere. */
  readonly test: number;
  /** Parts of it that stand in for others: `race/high`. */
  readonly standIns: readonly string[];
}

/** The data of a run. It is a JSON object. */
export interface DataManifest {
  /** `synthesized from seed 42`, or `--data`. */
  readonly source: string;
  /** Pieces of the vocabulary. */
  readonly vocabSize: number;
  /** Fingerprint of the prepared BookCorpus and Wikipedia. */
  readonly plain: string;
  /** Of these and the additional text; absent where there is none. */
  readonly extended?: string;
  /** Of the intrinsic development text. */
  readonly dev: string;
  readonly benchmarks: Readonly<Partial<Record<BenchmarkId, BenchmarkFacts>>>;
  /** Why a part is not used, a sentence by part: `race`, `text/extra`. */
  readonly missing: Readonly<Record<string, string>>;
  /** Parts that are left out, as asked. */
  readonly without: readonly string[];
  /** What a reader should know of the data, sentences. */
  readonly remarks: readonly string[];
}

/** A manifest for planning before there is data: everything is there and of the official size. */
export function officialManifest(vocabSize: number): DataManifest {
  const unknown = "unknown";
  const sizes: Record<BenchmarkId, readonly [train: number, dev: number]> = {
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
  return {
    source: "the official sizes",
    vocabSize,
    plain: unknown,
    extended: unknown,
    dev: unknown,
    benchmarks: Object.fromEntries(
      Object.entries(sizes).map(([id, [train, dev]]) => [
        id,
        { fingerprint: unknown, train, dev, test: id === "race" ? 4934 : 0, standIns: [] },
      ]),
    ),
    missing: {},
    without: [],
    remarks: [],
  };
}
