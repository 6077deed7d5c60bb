/**
 * The loop of a training run: steps, log, evaluations, checkpoints.
 *
 * @module
 */
import { removeTemporaryFiles } from "../files/mod.ts";
import {
  evaluationMetric,
  EvaluationRanking,
  eventField,
  type RunEvent,
  type RunFolder,
} from "../runs/disk.ts";
import { type Moments, restoreCheckpoint, takeSnapshot } from "./checkpoint.ts";
import { tidyCheckpoints } from "./checkpoint_files.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import { logWindow } from "./metrics.ts";
import type { CardEvaluation } from "./model_card.ts";
import { lossScaleFields, skippedNotice } from "./precision.ts";
import { RankTrainer } from "./ranks.ts";
import type { Run, RunResult } from "./run.ts";
import { RunRecorder } from "./run_recorder.ts";
import type { Evaluation, Task, TaskBatch } from "./task.ts";
import type { Trainer } from "./trainer.ts";

/** Folder of the best evaluation's prediction files in the run folder. */
const PREDICTIONS = "predictions";
/** The best evaluation and facts of the run. */
const RESULTS = "results.json";

/** The training loop of rank 0. */
export class TrainingLoop<B extends TaskBatch> {
  readonly #run: Run<B>;
  readonly #folder: RunFolder;
  readonly #ranks: RankTrainer<B>;
  readonly #trainer: Trainer<B>;
  readonly #writer = new CheckpointWriter();
  #recorder!: RunRecorder;
  #windowStart = performance.now();
  #extendedAt = 0;

  /** Allocates model and optimizer. */
  constructor(run: Run<B>, folder: RunFolder) {
    this.#run = run;
    this.#folder = folder;
    this.#ranks = new RankTrainer(run);
    this.#trainer = this.#ranks.trainer;
  }

  /**
   * Trains to the last step, or until the run stops early or is asked to stop.
   *
   * @param checkpoint folder to continue from; null for a new run
   * @param extendedAt step after which the run was extended; the patience of early stopping starts again there
   */
  async run(checkpoint: string | null, extendedAt = 0): Promise<RunResult> {
    this.#extendedAt = extendedAt;
    const { settings, observer, task, output } = this.#run;
    const { totalSteps } = settings.schedule;
    const trainer = this.#trainer;
    let moments: Moments | undefined;
    if (checkpoint === null) {
      for (const line of task.initialize(trainer.model, settings.seed)) observer.log(line);
    } else moments = await restoreCheckpoint(checkpoint, trainer);
    await this.#ranks.start(moments);
    await this.#folder.cutEvents(trainer.step);
    await removeTemporaryFiles(`${output}/${PREDICTIONS}`);
    this.#recorder = await RunRecorder.start(
      this.#folder,
      (line) => observer.log(line),
      this.#run.reportTo,
    );
    observer.started?.(this.#recorder);
    if (checkpoint !== null) observer.resumed?.(trainer.step);
    let ended = trainer.step >= totalSteps || await this.#stopsEarly();
    if (checkpoint !== null) await this.#finishSaving(ended);
    if (ended) observer.log(`${output} is finished: step ${trainer.step}`);
    this.#windowStart = performance.now();
    let evaluation: Evaluation | null = null;
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
        evaluation = await this.#evaluate();
        ended ||= await this.#stopsEarly();
        saves ||= ended || (await this.#keptStep()) === step;
      }
      if (saves) await this.#save(ended || stopping);
      else this.#writer.check();
      if (evaluates || saves) {
        await this.#recorder.draw(ended || stopping);
        this.#windowStart = performance.now();
      }
    }
    await this.#ranks.end();
    return await this.#result(ended, evaluation);
  }

  /** Waits for the checkpoint that is being written, frees the device's memory and closes files. */
  async close(): Promise<void> {
    await this.#writer.close();
    this.#recorder?.close();
    this.#ranks.free();
  }

  async #best(): Promise<RunEvent | null> {
    return rankEvaluations(await this.#folder.readEvents(), this.#run.task.best).best;
  }

  /** The step whose checkpoint is kept as the best. */
  async #keptStep(): Promise<number | undefined> {
    if (!this.#run.settings.keepBest) return undefined;
    const best = await this.#best();
    return best === null ? undefined : Number(best.step);
  }

  async #stopsEarly(): Promise<boolean> {
    const { settings: { earlyStopPatience }, observer, task } = this.#run;
    if (earlyStopPatience === 0) return false;
    const events = await this.#folder.readEvents();
    const { best, since } = rankEvaluations(events, task.best, this.#extendedAt);
    if (since < earlyStopPatience) return false;
    observer.log(`Stopping early: no improvement over step ${best?.step} in ${since} evaluations`);
    return true;
  }

  async #log(): Promise<void> {
    const logs = await this.#ranks.readLog();
    if (logs.length === 0) return;
    const { device, observer, task } = this.#run;
    const { step, lossScale } = this.#trainer;
    const now = performance.now();
    const window = logWindow(task.losses, logs, (now - this.#windowStart) / 1000);
    this.#windowStart = now;
    const { persistentBytes, temporaryBytes } = device.memory();
    await this.#recorder.event({
      step,
      loss: window.loss,
      ...window.metrics,
      learning_rate: window.learningRate,
      gradient_norm: window.gradientNorm,
      tokens_per_second: window.tokensPerSecond,
      ...lossScaleFields(lossScale),
      memory_bytes: persistentBytes + temporaryBytes,
      host_bytes: Deno.memoryUsage().rss,
    });
    const notice = skippedNotice(logs, lossScale);
    if (notice !== null) observer.log(notice);
    observer.progress(step, window);
  }

  async #evaluate(): Promise<Evaluation> {
    const { task, observer } = this.#run;
    const { step, optimizer } = this.#trainer;
    const evaluation = await this.#ranks.evaluate();
    const { metrics, files, reviews, samples } = evaluation;
    const fields = Object.entries(metrics).map(([name, value]) => [eventField(name), value]);
    if (fields.length > 0) {
      await this.#recorder.event({ step, ...Object.fromEntries(fields) });
    }
    if (task.logsTensorNorms) {
      await this.#recorder.tensors(step, await optimizer.readTensorNorms());
    }
    if (samples !== undefined) await this.#recorder.samples(step, samples);
    const isBest = (await this.#best())?.step === step;
    if (isBest && files.size > 0) {
      await Deno.mkdir(`${this.#folder.path}/${PREDICTIONS}`, { recursive: true });
      for (const [name, text] of files) {
        await this.#folder.writeFile(`${PREDICTIONS}/${name}`, text);
      }
    }
    if (isBest && reviews.length > 0) await this.#recorder.reviews(step, reviews);
    observer.evaluated(step, evaluation, isBest);
    return evaluation;
  }

  /** Repeats what follows the writing of a checkpoint, in case the run was killed in between. */
  async #finishSaving(ended: boolean): Promise<void> {
    const { output, settings: { keepCheckpoints } } = this.#run;
    await tidyCheckpoints(output, keepCheckpoints, await this.#keptStep());
    if (ended) await this.#recorder.draw(true);
  }

  async #save(last: boolean): Promise<void> {
    const { output, config, task, files, settings } = this.#run;
    const description = {
      config: { ...config, extra: { ...config.extra, ...task.configExtra } },
      architecture: task.architecture(config),
      files,
      card: task.card(
        config,
        this.#trainer.step,
        lastEvaluation(await this.#folder.readEvents()),
      ),
    };
    const keeping = { keep: settings.keepCheckpoints, best: await this.#keptStep() };
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

  async #result(finished: boolean, evaluation: Evaluation | null): Promise<RunResult> {
    const { task } = this.#run;
    const best = await this.#best();
    const result = {
      step: this.#trainer.step,
      finished,
      bestStep: best === null ? null : Number(best.step),
      best: best === null ? null : metricsOf(best),
    };
    if (task.writesResults) {
      const summary = {
        task: task.name,
        metric: task.best.metric,
        ...result,
        ...task.results?.(result.step),
        trainingSeconds: Math.round(1000 * this.#recorder.trainingSeconds) / 1000,
      };
      await this.#folder.writeFile(RESULTS, `${JSON.stringify(summary, null, 2)}\n`);
    }
    return { ...result, evaluation: evaluation?.details ?? evaluation?.metrics ?? null };
  }
}

/** Returns the best evaluation of a log, and the number of evaluations after it and after a step from which they count. */
export function rankEvaluations(
  events: readonly RunEvent[],
  best: Task["best"],
  countedFrom = 0,
): EvaluationRanking {
  const ranking = new EvaluationRanking(evaluationMetric(best), countedFrom);
  for (const event of events) ranking.add(event);
  return ranking;
}

/** Returns the latest evaluation of the log, or null. */
function lastEvaluation(events: readonly RunEvent[]): CardEvaluation | null {
  const event = events.findLast((event) => Object.keys(metricsOf(event)).length > 0);
  return event === undefined ? null : { step: Number(event.step), metrics: metricsOf(event) };
}

function metricsOf(event: RunEvent): Record<string, number> {
  const prefix = eventField("");
  return Object.fromEntries(
    Object.entries(event).flatMap(([name, value]): [string, number][] =>
      name.startsWith(prefix) ? [[name.slice(prefix.length), Number(value)]] : []
    ),
  );
}
