/**
 * What the ranks of a pretraining run do together. Rank 0 runs the loop and gives the orders; the others have no files and follow.
 *
 * @module
 */
import { ALONE, anyRank, Orders, type Ranks } from "../distributed/mod.ts";
import { type StepBatches, stepBatches } from "../data/workers/mod.ts";
import { evaluate, type EvaluationResult } from "./evaluate.ts";
import { batchPlan, type LoopPhase, loopPhase, phaseOf } from "./pretrain_phases.ts";
import type { PretrainRun } from "./pretrain_run.ts";
import type { Moments } from "./checkpoint.ts";
import { checkRanks, gatherMoments, shareState } from "./share_state.ts";
import { PretrainingTrainer, type StepLog } from "./trainer.ts";

/** The trainer of one rank, and what it does with the others. Without others it does it alone. */
export class PretrainRanks {
  readonly trainer: PretrainingTrainer;
  readonly #run: PretrainRun;
  readonly #ranks: Ranks;
  readonly #phases: readonly LoopPhase[];
  readonly #batches: StepBatches;
  readonly #orders: Orders<"step" | "read" | "evaluate" | "gather">;

  constructor(run: PretrainRun) {
    const { device, config, settings, ranks = ALONE } = run;
    this.#run = run;
    this.#ranks = ranks;
    this.#phases = settings.phases.map((phase) => loopPhase(run, phase));
    this.#batches = stepBatches(
      batchPlan(this.#phases, settings, ranks.world),
      settings.dataloaderNumWorkers,
      run.observer.say,
    );
    this.#orders = new Orders(ranks.world, ["step", "read", "evaluate", "gather"]);
    this.trainer = new PretrainingTrainer(device, config, {
      schedule: settings.schedule,
      optimizer: settings.optimizer,
      batchSize: settings.batchSize,
      microBatchSize: settings.microBatchSize,
      recompute: settings.recompute,
      seed: settings.seed,
      logSlots: settings.loggingSteps,
      precision: settings.precision,
      ranks,
    });
  }

  /** The phase that the next step belongs to; the last one after the end. */
  get phase(): LoopPhase {
    return this.#phases[phaseOf(this.#phases, this.trainer.step)];
  }

  /** The phase of the last step. */
  get lastPhase(): LoopPhase {
    return this.#phases[phaseOf(this.#phases, this.trainer.step - 1)];
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
  async readLog(): Promise<StepLog[]> {
    await this.#orders.give("read");
    return await this.trainer.readLog();
  }

  /** Evaluates on every held-out set, by name. */
  async evaluate(): Promise<Map<string, EvaluationResult>> {
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
      read: () => this.trainer.readLog(),
      evaluate: () => this.#evaluate(),
      gather: () => gatherMoments(this.#ranks, this.trainer),
    });
  }

  /** Frees the device's memory and ends what builds batches. */
  free(): void {
    this.#batches.close();
    this.trainer.free();
  }

  async #step(): Promise<boolean> {
    const { trainer } = this;
    const { world } = this.#ranks;
    const batches = await this.#batches.at(trainer.step);
    if (world.size === 1) trainer.trainBatches(batches);
    else await trainer.trainBatchesTogether(batches);
    // Signals are heard between steps, also where a flush computes at once.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await checkRanks(this.#ranks, trainer);
    // Asked once a step, so that a run never stops after a step that it did not save.
    return await anyRank(world, this.#run.observer.stopRequested());
  }

  async #evaluate(): Promise<Map<string, EvaluationResult>> {
    const { device, settings } = this.#run;
    const { heldOut, shape } = this.phase;
    const results = new Map<string, EvaluationResult>();
    for (const [name, source] of heldOut) {
      const count = Math.min(settings.evalExamples, source.examplesInEpoch(0));
      if (count === 0) continue;
      const { model } = this.trainer;
      const { world } = this.#ranks;
      results.set(
        name,
        await evaluate(device, model, source, count, settings.microBatchSize, shape, world),
      );
    }
    return results;
  }
}
