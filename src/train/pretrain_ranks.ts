/**
 * What the ranks of a pretraining run do together.
 *
 * @module
 */
import { SINGLE_PROCESS } from "../distributed/mod.ts";
import { type StepBatches, stepBatches } from "../data/workers/mod.ts";
import { evaluate, type EvaluationResult } from "./evaluate.ts";
import { batchPlan, type LoopPhase, loopPhase, phaseOf } from "./pretrain_phases.ts";
import type { PretrainRun } from "./pretrain_run.ts";
import { RunRanks } from "./run_ranks.ts";
import { PretrainingTrainer, type StepLog } from "./trainer.ts";

/** {@linkcode RunRanks} of a pretraining run; evaluations are by name of the held-out set. */
export class PretrainRanks
  extends RunRanks<PretrainingTrainer, StepLog, Map<string, EvaluationResult>> {
  readonly #run: PretrainRun;
  readonly #phases: readonly LoopPhase[];
  readonly #batches: StepBatches;

  constructor(run: PretrainRun) {
    const { device, config, settings, observer, ranks = SINGLE_PROCESS } = run;
    const trainer = new PretrainingTrainer(device, config, {
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
    super(ranks, trainer, () => observer.stopRequested());
    this.#run = run;
    this.#phases = settings.phases.map((phase) => loopPhase(run, phase));
    this.#batches = stepBatches(
      batchPlan(this.#phases, settings, ranks.group),
      settings.dataloaderNumWorkers,
      observer.say,
    );
  }

  /** The phase that the next step belongs to; the last one after the end. */
  get phase(): LoopPhase {
    return this.#phases[phaseOf(this.#phases, this.trainer.step)];
  }

  /** The phase of the last step. */
  get lastPhase(): LoopPhase {
    return this.#phases[phaseOf(this.#phases, this.trainer.step - 1)];
  }

  /** Frees the device's memory and ends what builds batches. */
  free(): void {
    this.#batches.close();
    this.trainer.free();
  }

  protected override async train(): Promise<void> {
    const batches = await this.#batches.at(this.trainer.step);
    if (this.ranks.group.size === 1) this.trainer.trainBatches(batches);
    else await this.trainer.trainBatchesTogether(batches);
  }

  protected override async evaluateTogether(): Promise<Map<string, EvaluationResult>> {
    const { device, settings } = this.#run;
    const { heldOut, shape } = this.phase;
    const results = new Map<string, EvaluationResult>();
    for (const [name, source] of heldOut) {
      const count = Math.min(settings.evalExamples, source.examplesInEpoch(0));
      if (count === 0) continue;
      const { model } = this.trainer;
      const { group } = this.ranks;
      results.set(
        name,
        await evaluate(device, model, source, count, settings.microBatchSize, shape, group),
      );
    }
    return results;
  }
}
