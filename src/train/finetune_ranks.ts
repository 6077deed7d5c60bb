/**
 * What the ranks of a finetuning run do together.
 *
 * @module
 */
import { SINGLE_PROCESS } from "../distributed/mod.ts";
import { RunRanks } from "./run_ranks.ts";
import { evaluateTask, type TaskEvaluation } from "./evaluate_task.ts";
import type { FinetuneRun } from "./finetune_run.ts";
import type { FinetuneExample } from "./finetune_task.ts";
import { type FinetuneStepLog, FinetuneTrainer } from "./finetune_trainer.ts";

/** {@linkcode RunRanks} of a finetuning run. */
export class FinetuneRanks<E extends FinetuneExample, O>
  extends RunRanks<FinetuneTrainer<E, O>, FinetuneStepLog, TaskEvaluation> {
  readonly #run: FinetuneRun<E, O>;

  constructor(run: FinetuneRun<E, O>) {
    const { device, config, task, settings, observer, ranks = SINGLE_PROCESS } = run;
    const trainer = new FinetuneTrainer(device, config, task, settings, ranks);
    super(ranks, trainer, () => observer.stopRequested());
    this.#run = run;
  }

  protected override async train(): Promise<void> {
    if (this.ranks.group.size === 1) this.trainer.trainStep();
    else await this.trainer.trainStepTogether();
  }

  /** Only rank 0 says how many tokens there were; the others count anew. */
  protected override async followReading(): Promise<void> {
    await super.followReading();
    this.trainer.tokens = 0;
  }

  protected override async evaluateTogether(): Promise<TaskEvaluation> {
    const { device, task, settings: { microBatchSize, maxSeqLength } } = this.#run;
    const { group } = this.ranks;
    return await evaluateTask(
      device,
      this.trainer.model,
      task,
      microBatchSize,
      maxSeqLength,
      group,
    );
  }
}
