/**
 * Profiles in a run folder. Needs Deno's file access.
 *
 * @module
 */
import { atomicWriteFile } from "../../files/mod.ts";
import type { RunProfile, TracedProfile } from "./run_profile.ts";
import { traceJson } from "./trace.ts";

/** Where they lie in a run folder. */
const FOLDER = "profile";

/**
 * Writes `profile/profile.json`, which the report draws, and `profile/trace.json` for Perfetto.
 *
 * @throws {Error} when one cannot be written, naming it.
 */
export async function writeProfile(runFolder: string, traced: TracedProfile): Promise<void> {
  const folder = `${runFolder}/${FOLDER}`;
  await Deno.mkdir(folder, { recursive: true });
  await atomicWriteFile(`${folder}/trace.json`, traceJson(traced));
  const text = `${JSON.stringify(traced.profile, null, 2)}\n`;
  await atomicWriteFile(`${folder}/profile.json`, text);
}

/** The profile of a run folder; null where there is none that can be read. */
export async function readProfile(runFolder: string): Promise<RunProfile | null> {
  try {
    const found = JSON.parse(await Deno.readTextFile(`${runFolder}/${FOLDER}/profile.json`));
    return Array.isArray(found?.kernels) && Array.isArray(found.holders) ? found : null;
  } catch {
    return null;
  }
}
