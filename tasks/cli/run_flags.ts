/**
 * What the commands that make a run folder have in common: usage errors, and flags that a run remembers.
 *
 * @module
 */
import { fromRank0, type ProcessGroup, SINGLE_PROCESS_GROUP } from "../../src/distributed/mod.ts";
import { readRunSettings } from "../../src/train/disk.ts";
import type { CommonOptions } from "./common.ts";

/** A flag is missing or contradicts another. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** What a flag is wrong about is usage, wherever it is found out. */
export function usage<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new UsageError(asFlag((error as Error).message));
  }
}

/** A complaint about `batchSize` is one about `--batch-size`. */
function asFlag(message: string): string {
  return message.replace(
    /^[a-z]+(?:[A-Z][a-z]+)*(?= must be )/,
    (name) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
  );
}

/** Flags of a command that makes a run folder or goes on with it. */
export type RunFlags = CommonOptions & {
  output: string;
  resume?: true;
  microBatchSize?: string | number;
};

/** On `--resume`, what the run was started with, under what was said now. */
export async function withRemembered<F extends RunFlags>(
  given: F,
  group: ProcessGroup = SINGLE_PROCESS_GROUP,
): Promise<F> {
  if (!given.resume) return given;
  const flags = await fromRank0(
    group,
    async () => ((await readRunSettings(given.output))?.flags ?? {}) as Partial<F>,
  );
  const said = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  ) as F;
  // Every command has a seed and a device by default, which must not override the run's own.
  // What a run has found to fit stays, so that its bytes do.
  if (said.microBatchSize === "auto" && flags.microBatchSize !== undefined) {
    delete said.microBatchSize;
  }
  const device = given.device === "auto" ? flags.device ?? "auto" : given.device;
  return { ...flags, ...said, device, seed: flags.seed ?? given.seed };
}

/** What `run.json` keeps of the flags. */
export function remembered<F extends RunFlags>(
  flags: F,
): Omit<F, "output" | "resume" | "quiet" | "json"> {
  const { output: _output, resume: _resume, quiet: _quiet, json: _json, ...kept } = flags;
  return kept;
}
