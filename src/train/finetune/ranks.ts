/**
 * What the ranks of a finetuning run do together. Rank 0 runs the loop and gives the orders; the others have no files and follow.
 *
 * @module
 */
import { ALONE, anyRank, Orders, type Ranks } from "../../distributed/mod.ts";
import type { Moments } from "../checkpoint.ts";
import { checkRanks, gatherMoments, shareState } from "../share_state.ts";
import { evaluateTask, type TaskEvaluation } from "./evaluate.ts";
import type { FinetuneRun } from "./run.ts";
import type { FinetuneExample } from "./task.ts";
import { type FinetuneStepLog, FinetuneTrainer } from "./trainer.ts";

/** The trainer of one rank, and what it does with the others. Without others it does it alone. */
export class FinetuneRanks<E extends FinetuneExample, O> {
  readonly trainer: FinetuneTrainer<E, O>;
  readonly #run: FinetuneRun<E, O>;
  readonly #ranks: Ranks;
  readonly #orders: Orders<"step" | "read" | "evaluate" | "gather">;

  constructor(run: FinetuneRun<E, O>) {
    const { device, config, task, settings, ranks = ALONE } = run;
    this.#run = run;
    this.#ranks = ranks;
    this.#orders = new Orders(ranks.world, ["step", "read", "evaluate", "gather"]);
    this.trainer = new FinetuneTrainer(device, config, task, settings, ranks);
  }

  /**
   * Rank 0 is ready: gives the others its state.
   *
   * @param moments that a checkpoint has left to be divided
   */
  async start(moments?: Moments): Promise<void> {
    await shareState(this.#ranks, this.trainer, moments);
  }

  /** Makes a step; whether any rank was asked to stop. */
  async step(): Promise<boolean> {
    await this.#orders.give("step");
    return await this.#step();
  }

  /** What the steps left since the last reading. */
  async readLog(): Promise<FinetuneStepLog[]> {
    await this.#orders.give("read");
    return await this.trainer.readLog();
  }

  /** Predicts and judges every held-out set. */
  async evaluate(): Promise<TaskEvaluation> {
    await this.#orders.give("evaluate");
    return await this.#evaluate();
  }

  /** The moments for a checkpoint, where this rank has only a part of them. */
  async moments(): Promise<Moments | undefined> {
    if (this.#ranks.shardOptimizer) await this.#orders.give("gather");
    return await gatherMoments(this.#ranks, this.trainer);
  }

  /** Lets the others go. */
  async end(): Promise<void> {
    await this.#orders.end();
  }

  /** On any rank but 0: does what rank 0 says until it ends. */
  async follow(): Promise<void> {
    await this.start();
    await this.#orders.obey({
      step: () => this.#step(),
      read: () => this.#read(),
      evaluate: () => this.#evaluate(),
      gather: () => gatherMoments(this.#ranks, this.trainer),
    });
  }

  async #step(): Promise<boolean> {
    const { world } = this.#ranks;
    if (world.size === 1) this.trainer.trainStep();
    else await this.trainer.trainStepTogether();
    // Signals are heard between steps, also where a flush computes at once.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await checkRanks(this.#ranks, this.trainer);
    // Asked once a step, so that a run never stops after a step that it did not save.
    return await anyRank(world, this.#run.observer.stopRequested());
  }

  /** Only rank 0 says how many tokens there were, and counts anew. */
  async #read(): Promise<void> {
    await this.trainer.readLog();
    this.trainer.tokens = 0;
  }

  async #evaluate(): Promise<TaskEvaluation> {
    const { device, task, settings: { microBatchSize, maxSeqLength } } = this.#run;
    const { model } = this.trainer;
    const { world } = this.#ranks;
    return await evaluateTask(device, model, task, microBatchSize, maxSeqLength, world);
  }
}
