/**
 * The archive that GLUE's leaderboard takes.
 *
 * @module
 */
import { zipSync } from "fflate";
import { GLUE_TASK_NAMES, glueTaskDefinition } from "./tasks.ts";

/** Names of the files of a full submission, AX among them. */
export const SUBMISSION_FILES: readonly string[] = GLUE_TASK_NAMES.flatMap((name) =>
  glueTaskDefinition(name).splits.map(({ submission }) => submission)
);

/** The least date that the format can say, so that the same files give the same bytes; in local time, as the format has it. */
const DATE = new Date(1980, 0, 1);

/**
 * Packs prediction files, in the order of their names.
 *
 * @param files texts by name
 * @returns bytes of a zip archive
 */
export function submissionZip(files: ReadonlyMap<string, string>): Uint8Array {
  const encoder = new TextEncoder();
  const sorted = [...files].sort(([a], [b]) => a < b ? -1 : 1);
  return zipSync(
    Object.fromEntries(sorted.map(([name, text]) => [name, encoder.encode(text)])),
    { mtime: DATE },
  );
}
