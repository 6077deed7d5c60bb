/**
 * Several runs of one task with consecutive seeds, as the paper reports high-variance tasks (median of five).
 *
 * @module
 */
import { atomicWriteFile } from "../../../src/files/mod.ts";
import type { RunResult } from "../../../src/train/disk.ts";

/** What the runs gave. */
export interface SeedSummary {
  readonly task: string;
  readonly metric: string;
  /** Best evaluation of each run, by seed. */
  readonly scores: Readonly<Record<string, number>>;
  readonly median: number;
  /** Sample standard deviation; 0 for one run. */
  readonly standardDeviation: number;
  readonly worst: number;
  readonly best: number;
  readonly bestSeed: number;
}

/** Median, spread and best of the runs. */
export function seedSummary(
  task: string,
  metric: string,
  results: ReadonlyMap<number, RunResult>,
): SeedSummary {
  const scores = [...results].map(([seed, { best }]) => {
    // A correlation with constant predictions is no number.
    if (best === null) throw new RangeError(`No evaluation of seed ${seed} gave a ${metric}`);
    return { seed, score: best[metric] };
  });
  const sorted = scores.toSorted((a, b) => a.score - b.score);
  const middle = (sorted.length - 1) / 2;
  const median = (sorted[Math.floor(middle)].score + sorted[Math.ceil(middle)].score) / 2;
  const mean = scores.reduce((sum, { score }) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, { score }) => sum + (score - mean) ** 2, 0);
  return {
    task,
    metric,
    scores: Object.fromEntries(scores.map(({ seed, score }) => [seed, score])),
    median,
    standardDeviation: Math.sqrt(squares / Math.max(scores.length - 1, 1)),
    worst: sorted[0].score,
    best: sorted.at(-1)!.score,
    bestSeed: sorted.at(-1)!.seed,
  };
}

/** Writes `seeds.json` beside the runs. */
export async function writeSeedSummary(output: string, summary: SeedSummary): Promise<void> {
  await atomicWriteFile(`${output}/seeds.json`, `${JSON.stringify(summary, null, 2)}\n`);
}
