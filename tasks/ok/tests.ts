import { usableCacheFolder } from "../launch/files.ts";
import { denoThrough } from "./deno_command.ts";
import type { Count, StageContext } from "./run_stages.ts";

/** Longest time a test run may take before it counts as hung, in seconds. */
const LIMIT = 15 * 60;

/**
 * Runs `deno test` on these paths. Types are the business of another stage. Files run side by side,
 * but few at once: a software driver uses every core by itself.
 */
export async function runTests(
  { config, slow, output }: StageContext,
  paths: string[],
): Promise<Count> {
  const cores = navigator.hardwareConcurrency;
  const path = `${await usableCacheFolder()}/junit-${crypto.randomUUID()}.xml`;
  const env: Record<string, string> = { DENO_JOBS: String(Math.max(1, Math.min(4, cores))) };
  if (slow) env.ALBERT_SLOW = "1";
  const flags = ["--allow-all", "--no-check", "--parallel", "--permit-no-files", ...config.flags];
  const code = await denoThrough(
    ["test", ...flags, `--junit-path=${path}`, ...paths],
    env,
    LIMIT,
    output,
  );
  const count = await readCount(path);
  await Deno.remove(path).catch(() => {});
  // A file that cannot be loaded fails the run without being a test.
  return code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count;
}

async function readCount(path: string): Promise<Count> {
  try {
    return countOf(await Deno.readTextFile(path));
  } catch {
    return { passed: 0, failed: 0, skipped: 0 }; // it never came to run a test
  }
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
