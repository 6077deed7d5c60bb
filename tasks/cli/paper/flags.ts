/**
 * The flags that `paper run` and `paper plan` share, and what they mean.
 *
 * @module
 */
import { BENCHMARKS, findExperiments } from "../../paper/mod.ts";
import type { BenchmarkId, Experiment, Preset } from "../../paper/mod.ts";
import { usage, UsageError } from "../errors.ts";
import type { ExperimentFlags } from "../paper.ts";

/**
 * The experiments of the words on the command line.
 *
 * @throws {UsageError} for none, or one that does not exist.
 */
export function experimentsOf(words: readonly string[]): readonly Experiment[] {
  if (words.length === 0) {
    throw new UsageError("name the experiments: table-4 table-5, figure-1, or all");
  }
  return usage(() => findExperiments(words));
}

/**
 * The benchmarks to run.
 *
 * @throws {UsageError} for one that does not exist.
 */
export function benchmarksOf(flags: ExperimentFlags, preset: Preset): readonly BenchmarkId[] {
  const { benchmarks } = flags;
  if (benchmarks === undefined) return preset.benchmarks;
  const unknown = benchmarks.find((name) => !(BENCHMARKS as readonly string[]).includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--benchmarks ${unknown}: there are ${BENCHMARKS.join(", ")}`);
  }
  return BENCHMARKS.filter((name) => benchmarks.includes(name));
}

/**
 * The seeds of every cell, by experiment, or by row where only some are asked for.
 *
 * @throws {UsageError} for less than one, or a row that does not exist.
 */
export function seedsOf(
  flags: ExperimentFlags,
  experiments: readonly Experiment[],
): Record<string, number[]> {
  const { rows } = flags;
  const seeds = seedList(flags);
  if (rows === undefined) return Object.fromEntries(experiments.map(({ id }) => [id, seeds]));
  const known = experiments.flatMap((each) => each.rows.map((row) => [each.id, row.id] as const));
  const unknown = rows.find((name) => !known.some(([, row]) => row === name));
  if (unknown !== undefined) {
    throw new UsageError(`--rows ${unknown}: there are ${known.map(([, row]) => row).join(", ")}`);
  }
  return Object.fromEntries(
    known.filter(([, row]) => rows.includes(row)).map(([id, row]) => [`${id}/${row}`, seeds]),
  );
}

function seedList({ seed, seeds, finetuneRuns }: ExperimentFlags): number[] {
  if (seeds < 1) throw new UsageError(`--seeds must be at least 1, got ${seeds}`);
  if (finetuneRuns < 1) {
    throw new UsageError(`--finetune-runs must be at least 1, got ${finetuneRuns}`);
  }
  return Array.from({ length: seeds }, (_, i) => seed + i);
}
