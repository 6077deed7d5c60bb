/**
 * The loop of a pretraining run: steps, log, evaluations, checkpoints.
 *
 * @module
 */
import { initialize, type ModelConfig, pretrainingArchitecture, warmStart } from "../model/mod.ts";
import { type Moments, restoreCheckpoint, takeSnapshot } from "./checkpoint.ts";
import { tidyCheckpoints } from "./checkpoint_files.ts";
import { CheckpointWriter } from "./checkpoint_writer.ts";
import { bestEvaluation } from "./early_stop.ts";
import type { EvaluationResult } from "./evaluate.ts";
import { modelCard } from "./model_card.ts";
import { PretrainRanks } from "./pretrain_ranks.ts";
import { lossScaleFields, madeSteps, skippedNotice } from "./precision.ts";
import type { PretrainResult, PretrainRun, WindowLog } from "./pretrain_run.ts";
import type { RunFolder } from "../runs/disk.ts";
import { RunRecorder } from "./run_recorder.ts";
import { samplePredictions, type SampleVocabulary, vocabularyOf } from "./sample_predictions.ts";
import type { PretrainingTrainer, StepLog } from "./trainer.ts";

/** Held-out examples whose masks are filled in for people to read. */
const SAMPLES = 4;

/** One run's moving parts. */
export class PretrainLoop {
  readonly #run: PretrainRun;
  readonly #folder: RunFolder;
  readonly #ranks: PretrainRanks;
  readonly #trainer: PretrainingTrainer;
  readonly #writer = new CheckpointWriter();
  readonly #vocabulary: SampleVocabulary | null;
  #recorder!: RunRecorder;
  #windowStart = performance.now();

  constructor(run: PretrainRun, folder: RunFolder) {
    this.#run = run;
    this.#folder = folder;
    this.#ranks = new PretrainRanks(run);
    this.#trainer = this.#ranks.trainer;
    this.#vocabulary = vocabularyOf(run.files);
  }

  async run(checkpoint: string | null): Promise<PretrainResult> {
    const { config, settings, observer } = this.#run;
    const { totalSteps } = settings.schedule;
    const trainer = this.#trainer;
    let moments: Moments | undefined;
    if (checkpoint === null) this.#initialize(config);
    else moments = await restoreCheckpoint(checkpoint, trainer);
    await this.#ranks.start(moments);
    await this.#folder.cutEvents(trainer.step);
    this.#recorder = await RunRecorder.start(this.#folder, observer.say);
    observer.started?.(this.#recorder);
    if (checkpoint !== null) observer.resumed?.(trainer.step);
    let ended = trainer.step >= totalSteps || await this.#stopsEarly();
    if (checkpoint !== null) await this.#finishSaving(ended);
    if (ended) observer.say(`${this.#run.output} is finished: step ${trainer.step}`);
    this.#windowStart = performance.now();
    let evaluation: EvaluationResult | null = null;
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
        saves ||= ended || (await this.#best())?.step === step;
      }
      if (saves) await this.#save(ended || stopping);
      else this.#writer.check();
      if (evaluates || saves) {
        await this.#recorder.draw(ended || stopping);
        this.#windowStart = performance.now();
      }
    }
    await this.#ranks.end();
    return { step: trainer.step, finished: ended, evaluation };
  }

  #initialize(config: ModelConfig): void {
    const { settings, initialWeights, observer } = this.#run;
    const { parameters } = this.#trainer.model;
    if (initialWeights === undefined) {
      initialize(parameters, settings.seed, config.initializerRange);
      return;
    }
    const { copied, grown, initialized } = warmStart(
      parameters,
      initialWeights,
      settings.seed,
      config.initializerRange,
    );
    observer.say(
      `warm start: ${copied.length} tensors taken over, ${grown.length} grown, ${initialized.length} new`,
    );
  }

  async #stopsEarly(): Promise<boolean> {
    const { settings: { earlyStopPatience }, observer } = this.#run;
    if (earlyStopPatience === 0) return false;
    const best = bestEvaluation(await this.#folder.readEvents());
    if (best === null || best.since < earlyStopPatience) return false;
    observer.say(
      `stopping early: ${best.since} evaluations were not better than that of step ${best.step}`,
    );
    return true;
  }

  /** Waits for a checkpoint that is being written, frees the device's memory and closes files. */
  async close(): Promise<void> {
    await this.#writer.close();
    this.#recorder?.close();
    this.#ranks.free();
  }

  async #log(): Promise<void> {
    const steps = await this.#ranks.readLog();
    if (steps.length === 0) return;
    const { batchSize } = this.#run.settings;
    const now = performance.now();
    // The phase of the last step: a window that spans two is counted as one.
    const { sequenceLength } = this.#ranks.lastPhase.shape;
    const tokens = steps.length * batchSize * sequenceLength;
    const log = windowLog(steps, (1000 * tokens) / (now - this.#windowStart));
    this.#windowStart = now;
    const step = this.#trainer.step;
    const { persistentBytes, temporaryBytes } = this.#run.device.memory();
    await this.#recorder.event({
      step,
      loss: log.loss,
      loss_mlm: log.maskedLoss,
      loss_pair: log.pairLoss,
      accuracy_mlm: log.maskedAccuracy,
      accuracy_pair: log.pairAccuracy,
      learning_rate: log.learningRate,
      gradient_norm: log.gradientNorm,
      tokens_per_second: log.tokensPerSecond,
      ...lossScaleFields(this.#trainer.lossScale),
      memory_bytes: persistentBytes + temporaryBytes,
      host_bytes: Deno.memoryUsage().rss,
    });
    const notice = skippedNotice(steps, this.#trainer.lossScale);
    if (notice !== null) this.#run.observer.say(notice);
    this.#run.observer.progress(step, log);
  }

  /** Evaluates on every held-out set; the result of the first is the run's own. */
  async #evaluate(): Promise<EvaluationResult | null> {
    const event: Record<string, number> = { step: this.#trainer.step };
    let own: EvaluationResult | null = null;
    for (const [name, result] of await this.#ranks.evaluate()) {
      own ??= result;
      Object.assign(event, evaluationFields(name === "" ? "eval" : `eval_${name}`, result));
      this.#run.observer.evaluated(this.#trainer.step, result, name);
    }
    if (own !== null) await this.#recorder.event(event);
    await this.#look();
    return own;
  }

  /** Keeps what people want to see of the model beside its losses. */
  async #look(): Promise<void> {
    const { step, optimizer, model } = this.#trainer;
    await this.#recorder.tensors(step, await optimizer.readTensorNorms());
    const { heldOut, shape } = this.#ranks.phase;
    const [source] = heldOut.values();
    const count = Math.min(SAMPLES, source?.examplesInEpoch(0) ?? 0);
    if (count === 0 || this.#vocabulary === null) return;
    const examples = Array.from({ length: count }, (_, i) => source.exampleAt(i));
    await this.#recorder.samples(
      step,
      await samplePredictions(this.#run.device, model, examples, shape, this.#vocabulary),
    );
  }

  /** Does again what comes after a checkpoint's writing, in case the run was killed there. */
  async #finishSaving(ended: boolean): Promise<void> {
    const { output, settings: { keepCheckpoints } } = this.#run;
    await tidyCheckpoints(output, keepCheckpoints, (await this.#best())?.step);
    if (ended) await this.#recorder.draw(true);
  }

  /** The best evaluation, where its checkpoint is to be kept. */
  async #best(): Promise<{ readonly step: number } | null> {
    if (!this.#run.settings.keepBest) return null;
    return bestEvaluation(await this.#folder.readEvents());
  }

  async #save(last: boolean): Promise<void> {
    const { output, config, files, settings, sources } = this.#run;
    const best = (await this.#best())?.step;
    const tokens = sources.reduce((sum, { data }) => sum + data.corpus.tokenCount, 0);
    const description = {
      config,
      architecture: pretrainingArchitecture(config),
      files,
      card: modelCard(this.#run, this.#trainer.step, tokens),
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
}

/** An evaluation as fields of an event; what could not be measured is left out. */
function evaluationFields(prefix: string, result: EvaluationResult): Record<string, number> {
  return {
    [`${prefix}_loss`]: result.maskedLoss + result.pairLoss,
    [`${prefix}_loss_mlm`]: result.maskedLoss,
    [`${prefix}_accuracy_mlm`]: result.maskedAccuracy,
    [`${prefix}_loss_pair`]: result.pairLoss,
    [`${prefix}_accuracy_pair`]: result.pairAccuracy,
    ...(result.wholePairs > 0 && {
      [`${prefix}_accuracy_pair_whole`]: result.wholePairAccuracy,
      [`${prefix}_pairs_whole`]: result.wholePairs,
    }),
    [`${prefix}_examples`]: result.examples,
  };
}

function windowLog(logs: readonly StepLog[], tokensPerSecond: number): WindowLog {
  const steps = madeSteps(logs);
  const mean = (of: (log: StepLog) => number) =>
    steps.reduce((sum, log) => sum + of(log), 0) / steps.length;
  const last = steps.at(-1)!;
  const maskedLoss = mean((log) => log.maskedLoss);
  const pairLoss = mean((log) => log.pairLoss);
  return {
    loss: maskedLoss + pairLoss,
    maskedLoss,
    pairLoss,
    maskedAccuracy: mean((log) => log.maskedAccuracy),
    pairAccuracy: mean((log) => log.pairAccuracy),
    learningRate: last.learningRate,
    gradientNorm: last.gradientNorm,
    tokensPerSecond,
  };
}
