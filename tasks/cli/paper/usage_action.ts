import { ValidationError } from "@cliffy/command";

/** Runs a command's action; what is wrong with its flags is wrong usage, exit code 2. */
export async function withUsage<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if ((error as Error).name === "UsageError") {
      throw new ValidationError((error as Error).message, { exitCode: 2 });
    }
    throw error;
  }
}
