/**
 * Errors in how a command was called, as opposed to failures while it runs.
 *
 * @module
 */
import { flagName } from "../../src/json/mod.ts";

/** A wrong command line or settings file. The program exits with code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Runs a check of settings; what it throws becomes a {@linkcode UsageError} that names the flag. */
export function usage<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    throw new UsageError(withFlagName((error as Error).message), { cause: error });
  }
}

/** `batchSize must be …` as `--batch-size must be …`. */
function withFlagName(message: string): string {
  return message.replace(/^[a-z]+(?:[A-Z][a-z]+)*(?= must be )/, flagName);
}
