import type { Config } from "../launch/config.ts";

/** What a stage found. */
export interface Count {
  passed: number;
  failed: number;
  skipped: number;
}

/** What a stage found, and how long it took. */
export interface Verdict extends Count {
  name: string;
  seconds: number;
}

/** What every stage is given. */
export interface StageContext {
  config: Config;
  /** Test files or folders asked for; all where there are none. */
  paths: string[];
  slow: boolean;
  /** Whether what test runs print is passed on. */
  show: boolean;
}

/** One part of the gate. */
export type Stage = (context: StageContext) => Promise<Count>;

/** Runs the stages one after the other, whatever the earlier ones found. */
export async function runStages(
  stages: { name: string; run: Stage }[],
  context: StageContext,
  print: (line: unknown) => void = console.log,
): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
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
    verdicts.push({ name, seconds, ...count });
  }
  return verdicts;
}

/** `8.3 s` */
export function duration(seconds: number): string {
  return `${seconds.toFixed(1)} s`;
}
