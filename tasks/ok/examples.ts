import { ROOT } from "../launch/files.ts";
import { denoThrough } from "./deno_command.ts";
import type { Count, StageContext } from "./run_stages.ts";

/** An example is to be read and tried: one that takes longer than this is none, in seconds. */
const LIMIT = 120;

/** Runs every file of `examples/` in a folder of its own, as a reader would. */
export async function runExamples({ config, show }: StageContext): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  for (const name of await exampleNames()) {
    const folder = await Deno.makeTempDir();
    if (show) console.log(`-- examples/${name}`);
    const words = ["run", "--quiet", "--allow-all", ...config.flags, `${ROOT}/examples/${name}`];
    const { code, stopped } = await denoThrough(words, {}, LIMIT, show, folder);
    if (stopped && show) console.log(`Stopped after ${LIMIT} s.`);
    count[code === 0 ? "passed" : "failed"]++;
    await Deno.remove(folder, { recursive: true });
  }
  return count;
}

async function exampleNames(): Promise<string[]> {
  try {
    const entries = await Array.fromAsync(Deno.readDir(`${ROOT}/examples`));
    return entries.map((entry) => entry.name).filter((name) => name.endsWith(".ts")).sort();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
