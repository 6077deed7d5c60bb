/**
 * Joins the world that a launcher has started, or is one process.
 *
 * @module
 */
import { ONE_PROCESS } from "../one_process.ts";
import type { World } from "../world.ts";
import { launchedBy } from "./launcher.ts";
import { LIBRARY_VARIABLE, loadLibrary, MpiError } from "./library.ts";
import { MpiWorld } from "./mpi_world.ts";

/**
 * Joins the other processes, if a launcher says that there are others.
 *
 * @throws {MpiError} when they cannot be reached: to go on would be to train the same model several times.
 */
export async function openWorld(): Promise<World> {
  const launched = launchedBy(Deno.env.toObject());
  if (launched === null) return ONE_PROCESS;
  const { launcher, size, makes } = launched;
  const started = `${launcher} started ${size} processes`;
  let library;
  try {
    library = loadLibrary(makes);
  } catch (error) {
    throw new MpiError(`${started}, but ${(error as Error).message}`);
  }
  const world = await MpiWorld.join(library);
  if (world.size === size) return world;
  await world.close();
  throw new MpiError(
    `${started}, but ${world.library} (${library.file}) sees ${world.size}: start them with the launcher that came with that library, or name the launcher's own library in ${LIBRARY_VARIABLE}`,
  );
}
