/**
 * Runs tests and counts their outcomes.
 *
 * @module
 */
import { usableCacheFolder } from "../launch/files.ts";
import { denoWithLimit } from "./deno_command.ts";
import { countingFlags } from "./dispatches.ts";
import type { Count, StageContext } from "./run_stages.ts";

/** Seconds without a finished test after which a test run counts as hung, see `denoWithLimit()`. */
const LIMIT = 15 * 60;

/** Tests that take more than this many seconds are listed. */
const SLOW = 10;

/**
 * Runs `deno test` on `paths`. Another stage checks the types. At most four files run in parallel, since a software driver
 * uses all cores.
 */
export async function runTests(
  { config, slow, show, env: variables = {} }: StageContext,
  paths: string[],
  limit = LIMIT,
): Promise<Count> {
  const cores = navigator.hardwareConcurrency;
  const junit = `${await usableCacheFolder()}/junit-${crypto.randomUUID()}.xml`;
  const env: Record<string, string> = {
    ...variables,
    DENO_JOBS: String(Math.max(1, Math.min(4, cores))),
  };
  if (slow) env.ALBERT_SLOW = "1";
  if (!config.jsr) env.ALBERT_JSR = "never"; // The tests start processes with the same packages.
  const flags = ["--allow-all", "--no-check", "--parallel", "--permit-no-files", ...config.flags];
  const args = ["test", ...flags, ...countingFlags(env), `--junit-path=${junit}`, ...paths];
  const { code, output, stopped } = await denoWithLimit(args, env, limit, show);
  if (stopped) return countPrinted(output, limit, show);
  const report = await Deno.readTextFile(junit).catch(() => ""); // missing if no test was run
  await Deno.remove(junit).catch(() => {});
  if (show) slowTests(report).forEach((line) => console.log(line));
  const count = countOf(report);
  // If a file cannot be loaded, the run fails without a failed test.
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/** Counts the outcomes in the printed output of a run that was stopped. The run itself counts as a failure. */
function countPrinted(output: string, limit: number, show: boolean): Count {
  const count = (pattern: RegExp) => output.match(pattern)?.length ?? 0;
  if (show) {
    console.log(
      `Stopped after ${limit} s without a result: a test that is not listed above hangs.`,
    );
  }
  return {
    passed: count(/ \.\.\. ok \(/g),
    failed: count(/ \.\.\. FAILED \(/g) + 1,
    skipped: count(/ \.\.\. ignored \(/g),
  };
}

/** Lines that list the slow tests, slowest first. */
function slowTests(junit: string): string[] {
  return [...junit.matchAll(/<testcase name="([^"]*)" classname="([^"]*)" time="([\d.]+)"/g)]
    .map(([, name, file, time]) => ({ name, file, seconds: Number(time) }))
    .filter(({ seconds }) => seconds > SLOW)
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ name, file, seconds }) => `slow: ${seconds.toFixed(0)} s  ${file}: ${name}`);
}

/** Adds up the counts of all `testsuite` elements of a JUnit report. */
export function countOf(junit: string): Count {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const [head] of junit.matchAll(/<testsuite\s[^>]*>/g)) {
    const read = (name: string) => Number(new RegExp(`\\b${name}="(\\d+)"`).exec(head)?.[1] ?? 0);
    const failed = read("failures") + read("errors");
    count.failed += failed;
    count.skipped += read("disabled");
    count.passed += read("tests") - failed - read("disabled");
  }
  return count;
}
