/**
 * The flags that `paper run` and `paper plan` share, and what they mean.
 *
 * @module
 */
import { type Command, EnumType } from "@cliffy/command";
import { BENCHMARKS, findExperiments, PAPER_PRESET_NAMES } from "../../paper/mod.ts";
import type { BenchmarkId, Experiment, Preset } from "../../paper/mod.ts";
import type { CommonOptions } from "../common.ts";
import { usage, UsageError } from "../run_flags.ts";

/** Which experiments, how big, how often. */
export type ExperimentFlags = CommonOptions & {
  preset: string;
  seeds: number;
  finetuneRuns: number;
  benchmarks?: string[];
  rows?: string[];
  shard?: string;
};

/** Declares {@linkcode ExperimentFlags} on a command. */
// deno-lint-ignore no-explicit-any
export function addExperimentFlags(command: Command<any>): Command<any> {
  return command
    .type("preset", new EnumType(PAPER_PRESET_NAMES))
    .option("--preset <name:preset>", "How big: smoke, nano, gpu-day, paper.", { required: true })
    .option("--seeds <n:integer>", "So many runs of every cell, with consecutive seeds.", {
      default: 1,
    })
    .option("--finetune-runs <n:integer>", "Finetunings of a model; their median counts.", {
      default: 1,
    })
    .option("--benchmarks <names...:string>", "Benchmarks to finetune on (the preset's).")
    .option("--rows <names...:string>", "Only these rows: 128-all-shared 128-not-shared.")
    .option("--shard <part:string>", "Only this part of the jobs: 1/2, 2/2.");
}

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
