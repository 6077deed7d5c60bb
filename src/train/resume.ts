/**
 * Whether a run folder may be used as asked: empty for a new run, with the same settings to go on.
 *
 * @module
 */
import { quote } from "../json/mod.ts";
import { firstDifference } from "./pretrain_settings.ts";
import { RunFolderError } from "../runs/disk.ts";

/** What the caller asks for. */
export interface ResumeRequest {
  /** The run folder. */
  readonly output: string;
  /** Whether to go on with what it holds. */
  readonly resume: boolean;
  /** Told what a person should know. */
  readonly observer: { say(line: string): void };
}

/**
 * Checks what a run folder holds against what is asked.
 *
 * @param checkpoint that the folder holds, if any
 * @param earlier its `run.json`, if any
 * @param determining settings that must be the same for the run to go on
 * @throws {RunFolderError} when the folder holds another run, or settings differ.
 */
export function checkResume(
  { output, resume, observer }: ResumeRequest,
  checkpoint: string | null,
  earlier: Readonly<Record<string, unknown>> | null,
  determining: Readonly<Record<string, unknown>>,
): void {
  if (checkpoint === null) {
    if (resume) observer.say(`${output} has no checkpoint yet: starting at step 0`);
    return;
  }
  if (!resume) {
    throw new RunFolderError(
      `${output} already holds a run; go on with --resume or choose another --output`,
    );
  }
  if (earlier === null) {
    throw new RunFolderError(
      `Cannot resume ${output}: its run.json is missing, which says what the checkpoint was trained with; restore it or start a new run elsewhere`,
    );
  }
  // JSON has no undefined, so both sides are compared as JSON.
  const asked = JSON.parse(JSON.stringify(determining));
  const difference = firstDifference(earlier.determinants, asked);
  if (difference === null) return;
  throw new RunFolderError(
    `Cannot resume ${output}: ${difference.path || "determinants"} was ${
      quote(difference.before)
    } and is now ${quote(difference.now)}; give the run's own value or start a new run elsewhere`,
  );
}
