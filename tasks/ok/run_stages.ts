/**
 * Runs the stages of the gate one after another.
 *
 * @module
 */
import type { Config } from "../launch/config.ts";
import { countDispatches } from "./dispatches.ts";

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
  /** Number of WebGPU dispatches of its programs. */
  dispatches: number;
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
  /** Variables of all programs. */
  env?: Readonly<Record<string, string>>;
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
    const counted = await countDispatches();
    let count: Count;
    try {
      count = await run({ ...context, env: { ...context.env, ...counted.env } });
    } catch (error) {
      print(error instanceof Error ? error.message : error);
      count = { passed: 0, failed: 1, skipped: 0 };
    }
    const seconds = (performance.now() - started) / 1000;
    print(`== ${name}: ${count.failed > 0 ? "FAILED" : "ok"} in ${duration(seconds)}`);
    results.push({ name, seconds, dispatches: await counted.end(), ...count });
  }
  return results;
}

/** Formats seconds as `8.3 s`. */
export function duration(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}
