/**
 * The benchmarks of the paper, by name.
 *
 * @module
 */
import type { BenchmarkId } from "../experiment.ts";

/** All of them: the five of most tables first. */
export const BENCHMARKS: readonly BenchmarkId[] = [
  "squad-1.1",
  "squad-2.0",
  "mnli",
  "sst-2",
  "race",
  "cola",
  "mrpc",
  "qnli",
  "qqp",
  "rte",
  "sts-b",
  "wnli",
];
