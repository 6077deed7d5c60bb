/**
 * What the ranks of a run do together. Rank 0 runs the loop and gives the orders; the others have no files and follow.
 *
 * @module
 */
import { anyRank, type DataParallel, RankCommands } from "../distributed/mod.ts";
import type { CheckpointedTrainer, Moments } from "./checkpoint.ts";
import { checkRanks, gatherMoments, shareState } from "./share_state.ts";

/** A trainer that keeps a log of its steps. */
interface LoggingTrainer<Log> extends CheckpointedTrainer {
  readLog(): Promise<Log[]>;
}

/** The trainer of one rank, and what it does with the others. Without others it does it alone. */
export abstract class RunRanks<Trainer extends LoggingTrainer<Log>, Log, Evaluation> {
  readonly trainer: Trainer;
  protected readonly ranks: DataParallel;
  readonly #stopRequested: () => boolean;
  readonly #commands: RankCommands<"step" | "read" | "evaluate" | "gather">;

  constructor(ranks: DataParallel, trainer: Trainer, stopRequested: () => boolean) {
    this.ranks = ranks;
    this.trainer = trainer;
    this.#stopRequested = stopRequested;
    this.#commands = new RankCommands(ranks.group, ["step", "read", "evaluate", "gather"]);
  }

  /** Makes this rank's part of a step. Collective. */
  protected abstract train(): Promise<void>;

  /** Makes this rank's part of an evaluation. Collective. */
  protected abstract evaluateTogether(): Promise<Evaluation>;

  /** On any rank but 0: takes part in a reading of the log. */
  protected async followReading(): Promise<void> {
    await this.trainer.readLog();
  }

  /**
   * Rank 0 is ready: gives the others its state.
   *
   * @param moments that a checkpoint has left to be divided
   */
  async start(moments?: Moments): Promise<void> {
    await shareState(this.ranks, this.trainer, moments);
  }

  /** Makes a step; whether any rank was asked to stop. */
  async step(): Promise<boolean> {
    await this.#commands.send("step");
    return await this.#step();
  }

  /** What the steps left since the last reading. */
  async readLog(): Promise<Log[]> {
    await this.#commands.send("read");
    return await this.trainer.readLog();
  }

  /** Evaluates on every held-out set. */
  async evaluate(): Promise<Evaluation> {
    await this.#commands.send("evaluate");
    return await this.evaluateTogether();
  }

  /** The moments for a checkpoint, where this rank has only a part of them. */
  async moments(): Promise<Moments | undefined> {
    if (this.ranks.shardOptimizer) await this.#commands.send("gather");
    return await gatherMoments(this.ranks, this.trainer);
  }

  /** Lets the others go. */
  async end(): Promise<void> {
    await this.#commands.end();
  }

  /** On any rank but 0: does what rank 0 says until it ends. */
  async follow(): Promise<void> {
    await this.start();
    await this.#commands.follow({
      step: () => this.#step(),
      read: () => this.followReading(),
      evaluate: () => this.evaluateTogether(),
      gather: () => gatherMoments(this.ranks, this.trainer),
    });
  }

  async #step(): Promise<boolean> {
    await this.train();
    // Signals are heard between steps, also where a flush computes at once.
    await new Promise((resolve) => setTimeout(resolve, 0));
    await checkRanks(this.ranks, this.trainer);
    // Asked once a step, so that a run never stops after a step that it did not save.
    return await anyRank(this.ranks.group, this.#stopRequested());
  }
}
