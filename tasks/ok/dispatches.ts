/**
 * The number of WebGPU dispatches of the gate. A change that moves tests from WebGPU to the CPU lowers it.
 *
 * @module
 */
import { ROOT } from "../launch/files.ts";

/** The folder in which every counted program writes its number. */
const FOLDER = "ALBERT_DISPATCHES";

/** The dispatches of the programs that {@linkcode countingFlags} were given to. */
export interface DispatchCount {
  /** Variables of the programs. */
  readonly env: Readonly<Record<string, string>>;
  /** Adds up the dispatches so far and stops counting. */
  end(): Promise<number>;
}

/** Starts to count. */
export async function countDispatches(): Promise<DispatchCount> {
  const folder = await Deno.makeTempDir({ prefix: "albert-dispatches-" });
  return {
    env: { [FOLDER]: folder },
    async end() {
      let total = 0;
      for await (const { name } of Deno.readDir(folder)) {
        total += Number(await Deno.readTextFile(`${folder}/${name}`));
      }
      await Deno.remove(folder, { recursive: true });
      return total;
    },
  };
}

/**
 * Returns the flags of `deno run` and `deno test` with which a program counts its dispatches. There are none if its variables do not
 * ask for it. By default they are those of this program, so that a counted test counts the programs that it starts.
 */
export function countingFlags(
  env: Readonly<Record<string, string>> = Deno.env.toObject(),
): string[] {
  return env[FOLDER] === undefined ? [] : [`--preload=${ROOT}/tasks/ok/count_dispatches.ts`];
}
