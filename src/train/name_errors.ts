import { ConfigError } from "../model/mod.ts";

/** Turns errors of some kinds into a {@linkcode ConfigError} whose message starts with the file or folder. */
export function nameErrors<T>(
  path: string,
  kinds: readonly (new (message: string) => Error)[],
  compute: () => T,
): T {
  try {
    return compute();
  } catch (error) {
    if (!kinds.some((kind) => error instanceof kind)) throw error;
    throw new ConfigError(`${path}: ${(error as Error).message}`);
  }
}
