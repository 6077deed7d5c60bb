/**
 * Runs the stages of the gate one after another.
 *
 * @module
 */
import type { Config } from "../launch/config.ts";

/** Number of checks by their outcome. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** Outcome of a stage. */
export interface StageResult extends Count {
  name: string;
  seconds: number;
}

/** Input of a stage. */
export interface StageContext {
  config: Config;
  /** Test files or folders to run. If empty, all tests run. */
  paths: string[];
  /** Whether to run the long tests too. */
  slow: boolean;
  /** Whether to print the output of test runs. */
  show: boolean;
}

/** One part of the gate. */
export type Stage = (context: StageContext) => Promise<Count>;

/** Adds up counts. */
export function sumCounts(counts: readonly Count[]): Count {
  const sum = (name: keyof Count) => counts.reduce((sum, count) => sum + count[name], 0);
  return { passed: sum("passed"), failed: sum("failed"), skipped: sum("skipped") };
}

/** Runs all stages, also after a failure. */
export async function runStages(
  stages: { name: string; run: Stage }[],
  context: StageContext,
  print: (line: unknown) => void = console.log,
): Promise<StageResult[]> {
  const results: StageResult[] = [];
  for (const { name, run } of stages) {
    print(`\n== ${name}`);
    const started = performance.now();
    let count: Count;
    try {
      count = await run(context);
    } catch (error) {
      print(error instanceof Error ? error.message : error);
      count = { passed: 0, failed: 1, skipped: 0 };
    }
    const seconds = (performance.now() - started) / 1000;
    print(`== ${name}: ${count.failed > 0 ? "FAILED" : "ok"} in ${duration(seconds)}`);
    results.push({ name, seconds, ...count });
  }
  return results;
}

/** Formats seconds as `8.3 s`. */
export function duration(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}
