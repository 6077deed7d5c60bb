/**
 * What a trainer knows, copied from rank 0 to every rank: the others need no run folder.
 *
 * @module
 */
import { bytesOf, shareBuffer, type World } from "../distributed/mod.ts";
import type { CheckpointedTrainer } from "./checkpoint.ts";

/** Gives every rank rank 0's weights, moments and step. Collective. */
export async function shareState(world: World, trainer: CheckpointedTrainer): Promise<void> {
  if (world.size === 1) return;
  const { model: { parameters }, optimizer } = trainer;
  const step = Float64Array.of(trainer.step);
  await world.broadcast(bytesOf(step));
  if (world.rank > 0) trainer.startAt(step[0]);
  for (const buffer of [parameters.values, optimizer.firstMoments, optimizer.secondMoments]) {
    await shareBuffer(world, parameters.device, buffer);
  }
}
