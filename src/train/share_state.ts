/**
 * Keeping the trainers of all ranks alike.
 *
 * @module
 */
import { whole } from "../device/mod.ts";
import { agreeOnBytes, bytesOf, type Ranks, shareBuffer } from "../distributed/mod.ts";
import type { CheckpointedTrainer } from "./checkpoint.ts";

/** Gives every rank rank 0's weights, moments and step: the others need no run folder. Collective. */
export async function shareState({ world }: Ranks, trainer: CheckpointedTrainer): Promise<void> {
  if (world.size === 1) return;
  const { model: { parameters }, optimizer } = trainer;
  const step = Float64Array.of(trainer.step);
  await world.broadcast(bytesOf(step));
  if (world.rank > 0) trainer.startAt(step[0]);
  const { firstMoments, secondMoments, lossScale } = optimizer;
  const buffers = [parameters.values, firstMoments, secondMoments];
  if (lossScale !== undefined) buffers.push(lossScale.view.buffer);
  for (const buffer of buffers) await shareBuffer(world, parameters.device, buffer);
}

/**
 * Every so many steps, whether all ranks have the same weights: they made the same updates, unless a machine computes wrongly. Collective.
 *
 * @throws {RanksDifferError} naming the ranks that have others.
 */
export async function checkRanks(
  { world, checkSteps }: Ranks,
  { model: { parameters }, step }: CheckpointedTrainer,
): Promise<void> {
  if (world.size === 1 || step % checkSteps !== 0) return;
  const weights = await parameters.device.read(whole(parameters.values));
  await agreeOnBytes(
    world,
    weights,
    `After step ${step} the model`,
    ": its machine computes or remembers wrongly; go on without it from the last checkpoint with --resume",
  );
}
