import { usableCacheFolder } from "../launch/files.ts";
import { denoThrough } from "./deno_command.ts";
import type { Count, StageContext } from "./run_stages.ts";

/** Longest time a test run may take before it counts as hung, in seconds. */
const LIMIT = 15 * 60;

/** Tests that take longer than this are listed, in seconds. */
const SLOW = 10;

/**
 * Runs `deno test` on these paths. Types are the business of another stage. Files run side by side,
 * but few at once: a software driver uses every core by itself.
 */
export async function runTests(
  { config, slow, show }: StageContext,
  paths: string[],
  limit = LIMIT,
): Promise<Count> {
  const cores = navigator.hardwareConcurrency;
  const junit = `${await usableCacheFolder()}/junit-${crypto.randomUUID()}.xml`;
  const env: Record<string, string> = { DENO_JOBS: String(Math.max(1, Math.min(4, cores))) };
  if (slow) env.ALBERT_SLOW = "1";
  const flags = ["--allow-all", "--no-check", "--parallel", "--permit-no-files", ...config.flags];
  const words = ["test", ...flags, `--junit-path=${junit}`, ...paths];
  const { code, output, stopped } = await denoThrough(words, env, limit, show);
  if (stopped) return ended(output, limit, show);
  const report = await Deno.readTextFile(junit).catch(() => ""); // it may never come to run a test
  await Deno.remove(junit).catch(() => {});
  if (show) slowTests(report).forEach((line) => console.log(line));
  const count = countOf(report);
  // A file that cannot be loaded fails the run without being a test.
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

/** Counts by what was printed; the run itself is one failure more. */
function ended(output: string, limit: number, show: boolean): Count {
  const count = (pattern: RegExp) => output.match(pattern)?.length ?? 0;
  if (show) console.log(`Stopped after ${limit} s: a test hangs, and it is none of those above.`);
  return {
    passed: count(/ \.\.\. ok \(/g),
    failed: count(/ \.\.\. FAILED \(/g) + 1,
    skipped: count(/ \.\.\. ignored \(/g),
  };
}

/** The tests that take long, the longest first. */
function slowTests(junit: string): string[] {
  return [...junit.matchAll(/<testcase name="([^"]*)" classname="([^"]*)" time="([\d.]+)"/g)]
    .map(([, name, file, time]) => ({ name, file, seconds: Number(time) }))
    .filter(({ seconds }) => seconds > SLOW)
    .sort((a, b) => b.seconds - a.seconds)
    .map(({ name, file, seconds }) => `slow: ${seconds.toFixed(0)} s  ${file}: ${name}`);
}

/** The sums of a JUnit report's `testsuite` heads. */
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
