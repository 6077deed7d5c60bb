/**
 * The loop of a finetuning run: steps, log, evaluations, checkpoints.
 *
 * @module
 */
import { removeLeftovers } from "../files/mod.ts";
import { initialize } from "../model/mod.ts";
import { type Moments, restoreCheckpoint, takeSnapshot } from "./checkpoint.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import { type BestEvaluation, bestEvaluation } from "./early_stop.ts";
import { lossScaleFields, madeSteps, skippedNotice } from "./precision.ts";
import type { RunFolder } from "../runs/disk.ts";
import { RunRecorder } from "./run_recorder.ts";
import { taskCard } from "./finetune_card.ts";
import { startFrom } from "./load_for_task.ts";
import { FinetuneRanks } from "./finetune_ranks.ts";
import type {
  EvaluationMetrics,
  FinetuneResult,
  FinetuneRun,
  FinetuneWindow,
} from "./finetune_run.ts";
import type { FinetuneExample } from "./finetune_task.ts";
import type { FinetuneStepLog, FinetuneTrainer } from "./finetune_trainer.ts";

/** Where the prediction files of the best evaluation lie in the run folder. */
const PREDICTIONS = "predictions";

/** One run's moving parts. */
export class FinetuneLoop<E extends FinetuneExample, O> {
  readonly #run: FinetuneRun<E, O>;
  readonly #folder: RunFolder;
  readonly #ranks: FinetuneRanks<E, O>;
  readonly #trainer: FinetuneTrainer<E, O>;
  readonly #writer = new CheckpointWriter();
  #recorder!: RunRecorder;
  #windowStart = performance.now();

  constructor(run: FinetuneRun<E, O>, folder: RunFolder) {
    this.#run = run;
    this.#folder = folder;
    this.#ranks = new FinetuneRanks(run);
    this.#trainer = this.#ranks.trainer;
  }

  async run(checkpoint: string | null): Promise<FinetuneResult> {
    const { config, settings, observer, task, weights, output } = this.#run;
    const { totalSteps } = settings.schedule;
    const trainer = this.#trainer;
    let moments: Moments | undefined;
    if (checkpoint !== null) moments = await restoreCheckpoint(checkpoint, trainer);
    else if (weights !== null) {
      observer.loaded(startFrom(trainer.model, task, weights, settings.seed));
    } else {
      initialize(trainer.model.parameters, settings.seed, config.initializerRange);
      observer.say("every weight starts anew");
    }
    await this.#ranks.start(moments);
    await this.#folder.cutEvents(trainer.step);
    await removeLeftovers(`${output}/${PREDICTIONS}`);
    this.#recorder = await RunRecorder.start(this.#folder, observer.say);
    let ended = trainer.step >= totalSteps || await this.#stopsEarly();
    if (ended) observer.say(`${output} is finished: step ${trainer.step}`);
    this.#restartWindow();
    let stopping = observer.stopRequested();
    while (!ended && !stopping) {
      stopping = await this.#ranks.step();
      const { step } = trainer;
      await observer.betweenSteps?.(step);
      ended = step === totalSteps;
      const evaluates = step % settings.evalSteps === 0 || ended;
      let saves = step % settings.saveSteps === 0 || ended || stopping;
      if (step % settings.loggingSteps === 0 || evaluates || saves) await this.#log();
      if (evaluates) {
        const isBest = await this.#evaluate();
        ended ||= await this.#stopsEarly();
        saves ||= ended || isBest;
      }
      if (saves) await this.#save(ended || stopping);
      else this.#writer.check();
      if (evaluates || saves) {
        await this.#recorder.draw(ended || stopping);
        this.#restartWindow();
      }
    }
    await this.#ranks.end();
    return await this.#result(ended);
  }

  /** Waits for a checkpoint that is being written, frees the device's memory and closes files. */
  async close(): Promise<void> {
    await this.#writer.close();
    this.#recorder?.close();
    this.#trainer.free();
  }

  #restartWindow(): void {
    this.#windowStart = performance.now();
    this.#trainer.tokens = 0;
  }

  async #best(): Promise<BestEvaluation | null> {
    const events = await this.#folder.readEvents();
    return bestEvaluation(events, eventField(this.#run.task.metric), "highest");
  }

  async #stopsEarly(): Promise<boolean> {
    const { settings: { earlyStopPatience }, observer } = this.#run;
    if (earlyStopPatience === 0) return false;
    const best = await this.#best();
    if (best === null || best.since < earlyStopPatience) return false;
    observer.say(
      `stopping early: ${best.since} evaluations were not better than that of step ${best.step}`,
    );
    return true;
  }

  async #log(): Promise<void> {
    const steps = await this.#ranks.readLog();
    if (steps.length === 0) return;
    const seconds = (performance.now() - this.#windowStart) / 1000;
    const window = windowOf(steps, this.#trainer.tokens, seconds);
    const { step } = this.#trainer;
    await this.#recorder.event({
      step,
      loss: window.loss,
      accuracy: window.accuracy,
      learning_rate: window.learningRate,
      gradient_norm: window.gradientNorm,
      tokens_per_second: window.tokensPerSecond,
      ...lossScaleFields(this.#trainer.lossScale),
    });
    const notice = skippedNotice(steps, this.#trainer.lossScale);
    if (notice !== null) this.#run.observer.say(notice);
    this.#run.observer.progress(step, window);
    this.#restartWindow();
  }

  /** Whether it was the best so far. */
  async #evaluate(): Promise<boolean> {
    const { step } = this.#trainer;
    const { metrics, files, reviews } = await this.#ranks.evaluate();
    await this.#recorder.event({
      step,
      ...Object.fromEntries(
        Object.entries(metrics).map(([name, value]) => [eventField(name), value]),
      ),
    });
    const isBest = (await this.#best())?.step === step;
    if (isBest) {
      await Deno.mkdir(`${this.#folder.path}/${PREDICTIONS}`, { recursive: true });
      for (const [name, text] of files) {
        await this.#folder.writeFile(`${PREDICTIONS}/${name}`, text);
      }
      await this.#recorder.reviews(step, reviews);
    }
    this.#run.observer.evaluated(step, metrics, isBest);
    return isBest;
  }

  async #save(last: boolean): Promise<void> {
    const { output, config, task, files, settings } = this.#run;
    const best = (await this.#best())?.step;
    const description = {
      config: {
        ...config,
        extra: {
          ...config.extra,
          ...task.configExtra,
          max_seq_length: settings.maxSeqLength,
        },
      },
      architecture: task.architecture(config),
      files,
      card: taskCard(this.#run, this.#trainer.step),
    };
    const keeping = { keep: settings.keepCheckpoints, best };
    await this.#writer.save(
      async () =>
        await takeSnapshot(
          output,
          this.#trainer,
          description,
          keeping,
          await this.#ranks.moments(),
        ),
      last,
    );
  }

  async #result(finished: boolean): Promise<FinetuneResult> {
    const best = await this.#best();
    const events = await this.#folder.readEvents();
    const event = events.find((candidate) =>
      candidate.step === best?.step && eventField(this.#run.task.metric) in candidate
    );
    const metrics: Record<string, number> = {};
    for (const [name, value] of Object.entries(event ?? {})) {
      if (name.startsWith("eval_")) metrics[name.slice("eval_".length)] = Number(value);
    }
    const result: FinetuneResult = {
      step: this.#trainer.step,
      finished,
      bestStep: best?.step ?? null,
      best: event === undefined ? null : metrics as EvaluationMetrics,
    };
    const summary = { task: this.#run.task.name, metric: this.#run.task.metric, ...result };
    await this.#folder.writeFile("results.json", `${JSON.stringify(summary, null, 2)}\n`);
    return result;
  }
}

/** A metric's field in the log. */
function eventField(metric: string): string {
  return `eval_${metric}`;
}

function windowOf(
  logs: readonly FinetuneStepLog[],
  tokens: number,
  seconds: number,
): FinetuneWindow {
  const steps = madeSteps(logs);
  const mean = (of: (log: FinetuneStepLog) => number) =>
    steps.reduce((sum, log) => sum + of(log), 0) / steps.length;
  const { learningRate, gradientNorm } = steps.at(-1)!;
  return {
    loss: mean(({ loss }) => loss),
    accuracy: mean(({ accuracy }) => accuracy),
    learningRate,
    gradientNorm,
    tokensPerSecond: tokens / seconds,
    stepsPerSecond: logs.length / seconds,
  };
}
