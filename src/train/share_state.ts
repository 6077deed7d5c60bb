/**
 * Keeping the trainers of all ranks alike.
 *
 * @module
 */
import { whole } from "../device/mod.ts";
import {
  assertSameBytes,
  broadcastBuffer,
  bytesOf,
  type DataParallel,
  gatherParts,
  scatterParts,
} from "../distributed/mod.ts";
import type { CheckpointedTrainer, Moments } from "./checkpoint.ts";

/**
 * Gives every rank rank 0's weights, moments and step: the others need no run folder. Collective.
 *
 * @param moments on rank 0, where ranks share them and they are not new
 */
export async function shareState(
  { group, shardOptimizer }: DataParallel,
  trainer: CheckpointedTrainer,
  moments?: Moments,
): Promise<void> {
  if (group.size === 1) return;
  const { model: { parameters: { device, values } }, optimizer } = trainer;
  const step = Float64Array.of(trainer.step);
  await group.broadcast(bytesOf(step));
  if (group.rank > 0) trainer.startAt(step[0]);
  const { firstMoments, secondMoments, lossScale, shards } = optimizer;
  const buffers = [values];
  if (lossScale !== undefined) buffers.push(lossScale.view.buffer);
  if (!shardOptimizer) buffers.push(firstMoments, secondMoments);
  for (const buffer of buffers) await broadcastBuffer(group, device, buffer);
  if (!shardOptimizer || step[0] === 0) return;
  await scatterParts(group, device, firstMoments, shards, moments?.first ?? null);
  await scatterParts(group, device, secondMoments, shards, moments?.second ?? null);
}

/** The moments of all ranks on rank 0; nothing where each has them all. Collective. */
export async function gatherMoments(
  { group, shardOptimizer }: DataParallel,
  { model: { parameters: { device, values } }, optimizer }: CheckpointedTrainer,
): Promise<Moments | undefined> {
  if (!shardOptimizer) return undefined;
  const { firstMoments, secondMoments, shards } = optimizer;
  const first = await gatherParts(group, device, firstMoments, shards, values.length);
  const second = await gatherParts(group, device, secondMoments, shards, values.length);
  return first === null || second === null ? undefined : { first, second };
}

/**
 * Every so many steps, whether all ranks have the same weights: they made the same updates, unless a machine computes wrongly. Collective.
 *
 * @throws {RankMismatchError} naming the ranks that have others.
 */
export async function checkRanks(
  { group, checkSteps }: DataParallel,
  { model: { parameters }, step }: CheckpointedTrainer,
): Promise<void> {
  if (group.size === 1 || step % checkSteps !== 0) return;
  const weights = await parameters.device.read(whole(parameters.values));
  await assertSameBytes(
    group,
    weights,
    `After step ${step}, the weights`,
    ". That machine computes or stores values incorrectly. Resume from the last checkpoint without it (--resume).",
  );
}
