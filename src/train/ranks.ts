/**
 * The trainer of one rank of a run. Rank 0 runs the loop and sends commands; the other ranks, which use no files, follow them.
 *
 * @module
 */
import { whole } from "../device/mod.ts";
import {
  anyRank,
  assertSameBytes,
  broadcastBuffer,
  bytesOf,
  type DataParallel,
  gatherParts,
  type IndexRange,
  partOf,
  RankCommands,
  scatterParts,
  SINGLE_PROCESS,
} from "../distributed/mod.ts";
import type { CheckpointedTrainer, Moments } from "./checkpoint.ts";
import type { StepLog } from "./metrics.ts";
import type { Run } from "./run.ts";
import type { Evaluation, TaskBatch } from "./task.ts";
import { Trainer } from "./trainer.ts";

/** The trainer of one rank and what all ranks do together. A single process does the same without messages. */
export class RankTrainer<B extends TaskBatch> {
  /** The trainer of this rank. */
  readonly trainer: Trainer<B>;
  readonly #run: Run<B>;
  readonly #ranks: DataParallel;
  /** Examples of a batch that this rank trains on. */
  readonly #part: IndexRange;
  readonly #commands: RankCommands<"step" | "read" | "evaluate" | "gather">;

  /** Allocates model and optimizer. */
  constructor(run: Run<B>) {
    const { device, config, task, settings, ranks = SINGLE_PROCESS } = run;
    this.#run = run;
    this.#ranks = ranks;
    this.#part = partOf(ranks.group, settings.batchSize);
    this.trainer = new Trainer(device, config, task, settings, ranks);
    this.#commands = new RankCommands(ranks.group, ["step", "read", "evaluate", "gather"]);
  }

  /**
   * On rank 0: sends its state to the other ranks, once it is initialized or restored.
   *
   * @param moments moments of a checkpoint that have yet to be distributed
   */
  async start(moments?: Moments): Promise<void> {
    await broadcastState(this.#ranks, this.trainer, moments);
  }

  /** Trains one step and returns whether any rank was asked to stop. */
  async step(): Promise<boolean> {
    await this.#commands.send("step");
    return await this.#step();
  }

  /** Returns the logs of the steps since the last reading. */
  async readLog(): Promise<StepLog[]> {
    await this.#commands.send("read");
    return await this.trainer.readLog();
  }

  /** Evaluates every held-out set. */
  async evaluate(): Promise<Evaluation> {
    await this.#commands.send("evaluate");
    return await this.#evaluate();
  }

  /** Returns the moments of all ranks for a checkpoint; undefined if this rank has them all. */
  async moments(): Promise<Moments | undefined> {
    if (this.#ranks.shardOptimizer) await this.#commands.send("gather");
    return await gatherMoments(this.#ranks, this.trainer);
  }

  /** Ends the other ranks' {@linkcode follow}. */
  async end(): Promise<void> {
    await this.#commands.end();
  }

  /** On any rank but 0: follows the commands of rank 0 until it ends. */
  async follow(): Promise<void> {
    await this.start();
    await this.#commands.follow({
      step: () => this.#step(),
      read: () => this.trainer.readLog(),
      evaluate: () => this.#evaluate(),
      gather: () => gatherMoments(this.#ranks, this.trainer),
    });
  }

  /** Frees the device's memory and stops the task's workers. */
  free(): void {
    this.#run.task.close?.();
    this.trainer.free();
  }

  async #step(): Promise<boolean> {
    const { task, observer } = this.#run;
    await this.trainer.trainStepTogether(await task.batches(this.trainer.step, this.#part));
    // Signals are received between steps, also on a device that computes in flush().
    await new Promise((resolve) => setTimeout(resolve, 0));
    await checkRanks(this.#ranks, this.trainer);
    // Once per step, so that a run never stops after a step that it did not save.
    return await anyRank(this.#ranks.group, observer.stopRequested());
  }

  async #evaluate(): Promise<Evaluation> {
    const { device, task } = this.#run;
    const { model: encoder, step } = this.trainer;
    return await task.evaluate({ device, encoder, group: this.#ranks.group, step });
  }
}

/**
 * Sends rank 0's weights, moments and step to every rank. Collective.
 *
 * @param moments on rank 0, the moments of a checkpoint if they are sharded
 */
async function broadcastState(
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

/** Returns the moments of all ranks on rank 0; undefined if they are not sharded. Collective. */
async function gatherMoments(
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
 * Compares the weights of all ranks every `checkSteps` steps. They are equal unless a machine computes wrong results. Collective.
 *
 * @throws {RankMismatchError} naming the ranks that differ.
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
