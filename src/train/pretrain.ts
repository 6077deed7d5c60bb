/**
 * Pretraining from prepared data into a run folder.
 *
 * @module
 */
import { type BatchShape, ExampleDataset, splitDocuments } from "../data/mod.ts";
import type { OpenedData } from "../data/disk/mod.ts";
import type { Device } from "../device/mod.ts";
import { initialise, type ModelConfig, pretrainingArchitecture } from "../model/mod.ts";
import {
  latestCheckpoint,
  type ModelDescription,
  restoreCheckpoint,
  saveCheckpoint,
} from "./checkpoint.ts";
import { evaluate, type EvaluationResult } from "./evaluate.ts";
import { determinants, firstDifference, type PretrainSettings } from "./pretrain_settings.ts";
import { RunFolder, RunFolderError } from "./run_folder.ts";
import { PretrainingTrainer, type StepLog } from "./trainer.ts";

/** What the caller wants to hear of while the run goes on. */
export interface PretrainObserver {
  /** Something a person should know. */
  say(line: string): void;
  /** Steps were read; `log` is the mean of them. */
  progress(step: number, log: WindowLog): void;
  evaluated(step: number, result: EvaluationResult): void;
  /** Whether to save and stop after the current step. */
  stopRequested(): boolean;
}

/** A pretraining run. */
export interface PretrainRun {
  readonly device: Device;
  readonly data: OpenedData;
  readonly config: ModelConfig;
  readonly settings: PretrainSettings;
  readonly output: string;
  readonly resume: boolean;
  /** Tokenizer files and model card that go into every checkpoint. */
  readonly files: ModelDescription["files"];
  /** Facts for `run.json` that determine nothing: versions, revision, command. */
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly observer: PretrainObserver;
}

/** How a run ended. */
export interface PretrainResult {
  readonly step: number;
  readonly finished: boolean;
  readonly evaluation: EvaluationResult | null;
}

/** Mean losses over the steps between two lines of the log. */
export interface WindowLog {
  readonly loss: number;
  readonly maskedLoss: number;
  readonly pairLoss: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly tokensPerSecond: number;
}

/**
 * Pretrains until the schedule's last step or until the observer asks to stop, then saves.
 *
 * @throws {RunFolderError} when the output holds another run, or one whose settings differ.
 * @throws {NonFiniteError} when gradients became NaN; the last checkpoint stays as it was.
 */
export async function pretrain(run: PretrainRun): Promise<PretrainResult> {
  const folder = await RunFolder.open(run.output);
  try {
    const checkpoint = await prepareFolder(run, folder);
    const loop = new PretrainLoop(run, folder);
    try {
      return await loop.run(checkpoint);
    } finally {
      loop.free();
    }
  } finally {
    await folder.close();
  }
}

/** Checks what the folder holds against what is asked, and says where to start. */
async function prepareFolder(run: PretrainRun, folder: RunFolder): Promise<string | null> {
  const { device, config, settings, data, output, observer } = run;
  const determining = determinants(config, settings, data.index.fingerprint, {
    kind: device.description.kind,
    ...device.description.numerics,
  });
  const earlier = await folder.readSettings();
  const checkpoint = await latestCheckpoint(output);
  if (checkpoint !== null && !run.resume) {
    throw new RunFolderError(
      `${output} already holds a run; go on with --resume or choose another --output`,
    );
  }
  if (checkpoint !== null && earlier !== null) {
    // JSON has no undefined, so both sides are compared as JSON.
    const asked = JSON.parse(JSON.stringify(determining));
    const difference = firstDifference(earlier.determinants, asked);
    if (difference !== null) {
      throw new RunFolderError(
        `Cannot resume ${output}: ${difference.path} was ${
          JSON.stringify(difference.before)
        } and is now ${
          JSON.stringify(difference.now)
        }; give the run's own value or start a new run elsewhere`,
      );
    }
  }
  if (checkpoint === null && run.resume) {
    observer.say(`${output} has no checkpoint yet: starting at step 0`);
  }
  await folder.writeSettings({
    ...run.provenance,
    adapter: device.description.adapter,
    settings,
    determinants: determining,
  });
  return checkpoint;
}

/** One run's moving parts. */
class PretrainLoop {
  readonly #run: PretrainRun;
  readonly #folder: RunFolder;
  readonly #trainer: PretrainingTrainer;
  readonly #train: ExampleDataset;
  readonly #heldOut: ExampleDataset | null;
  readonly #shape: BatchShape;
  #windowStart = performance.now();

  constructor(run: PretrainRun, folder: RunFolder) {
    const { device, data: { corpus }, config, settings } = run;
    this.#run = run;
    this.#folder = folder;
    const { train, validation } = splitDocuments(corpus, settings.validationFraction);
    this.#train = new ExampleDataset(corpus, settings.examples, settings.seed, train);
    this.#heldOut = validation.length === 0
      ? null
      : new ExampleDataset(corpus, settings.examples, settings.seed, validation);
    this.#shape = {
      sequenceLength: settings.examples.maxSeqLength,
      maxPredictions: settings.examples.maxPredictionsPerSeq,
      padId: corpus.vocabulary.special.pad,
    };
    this.#trainer = new PretrainingTrainer(device, config, {
      schedule: settings.schedule,
      optimizer: settings.optimizer,
      batchSize: settings.batchSize,
      microBatchSize: settings.microBatchSize,
      seed: settings.seed,
      logSlots: settings.loggingSteps,
    });
  }

  async run(checkpoint: string | null): Promise<PretrainResult> {
    const { config, settings, observer } = this.#run;
    const { totalSteps } = settings.schedule;
    const trainer = this.#trainer;
    if (checkpoint === null) {
      initialise(trainer.model.parameters, settings.seed, config.initializerRange);
    } else await restoreCheckpoint(checkpoint, trainer);
    await this.#folder.cutEvents(trainer.step);
    const alreadyDone = trainer.step >= totalSteps;
    this.#windowStart = performance.now();
    let evaluation: EvaluationResult | null = null;
    while (trainer.step < totalSteps && !observer.stopRequested()) {
      trainer.trainStep(this.#train, this.#shape);
      // Signals are heard between steps, also where a flush computes at once.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const { step } = trainer;
      const last = step === totalSteps || observer.stopRequested();
      const evaluates = step % settings.evalSteps === 0 || step === totalSteps;
      const saves = step % settings.saveSteps === 0 || last;
      if (step % settings.loggingSteps === 0 || evaluates || saves) await this.#log();
      if (evaluates) evaluation = await this.#evaluate();
      if (saves) await this.#save();
      if (evaluates || saves) this.#windowStart = performance.now();
    }
    if (alreadyDone) observer.say(`${this.#run.output} is finished: step ${trainer.step}`);
    return { step: trainer.step, finished: trainer.step >= totalSteps, evaluation };
  }

  free(): void {
    this.#trainer.free();
  }

  async #log(): Promise<void> {
    const steps = await this.#trainer.readLog();
    if (steps.length === 0) return;
    const { batchSize, examples } = this.#run.settings;
    const now = performance.now();
    const tokens = steps.length * batchSize * examples.maxSeqLength;
    const log = windowLog(steps, (1000 * tokens) / (now - this.#windowStart));
    this.#windowStart = now;
    const step = this.#trainer.step;
    await this.#folder.appendEvent({
      step,
      loss: log.loss,
      loss_mlm: log.maskedLoss,
      loss_pair: log.pairLoss,
      learning_rate: log.learningRate,
      gradient_norm: log.gradientNorm,
      tokens_per_second: log.tokensPerSecond,
    });
    this.#run.observer.progress(step, log);
  }

  async #evaluate(): Promise<EvaluationResult | null> {
    if (this.#heldOut === null) return null;
    const { device, settings, observer } = this.#run;
    const count = Math.min(settings.evalExamples, this.#heldOut.examplesInEpoch(0));
    if (count === 0) return null;
    const result = await evaluate(
      device,
      this.#trainer.model,
      this.#heldOut,
      count,
      settings.microBatchSize,
      this.#shape,
    );
    await this.#folder.appendEvent({
      step: this.#trainer.step,
      eval_loss: result.maskedLoss + result.pairLoss,
      eval_loss_mlm: result.maskedLoss,
      eval_accuracy_mlm: result.maskedAccuracy,
      eval_loss_pair: result.pairLoss,
      eval_accuracy_pair: result.pairAccuracy,
      eval_examples: result.examples,
    });
    observer.evaluated(this.#trainer.step, result);
    return result;
  }

  async #save(): Promise<void> {
    const { output, config, files, settings, data } = this.#run;
    await saveCheckpoint(output, this.#trainer, {
      config,
      architecture: pretrainingArchitecture(config),
      files,
      card: modelCard(this.#run, this.#trainer.step, data.corpus.tokenCount),
    }, settings.keepCheckpoints);
  }
}

function windowLog(steps: readonly StepLog[], tokensPerSecond: number): WindowLog {
  const mean = (of: (log: StepLog) => number) =>
    steps.reduce((sum, log) => sum + of(log), 0) / steps.length;
  const last = steps.at(-1)!;
  const maskedLoss = mean((log) => log.maskedLoss);
  const pairLoss = mean((log) => log.pairLoss);
  return {
    loss: maskedLoss + pairLoss,
    maskedLoss,
    pairLoss,
    learningRate: last.learningRate,
    gradientNorm: last.gradientNorm,
    tokensPerSecond,
  };
}

/** The README.md of a checkpoint. */
function modelCard({ config, settings }: PretrainRun, step: number, tokens: number): string {
  const kind = config.arch === "albert" ? "ALBERT" : "BERT";
  return `---
library_name: transformers
tags: [${config.arch}]
---

# ${kind}, ${step} pretraining steps

Pretrained with [@albert-lab/albert](https://jsr.io/@albert-lab/albert) on ${tokens} tokens of text.

| | |
| --- | --- |
| layers, hidden size, heads | ${config.numHiddenLayers}, ${config.hiddenSize}, ${config.numAttentionHeads} |
| embedding size, vocabulary | ${config.embeddingSize}, ${config.vocabSize} |
| sharing | ${config.share}, ${config.numHiddenGroups} group(s) |
| pair objective | ${config.pairObjective} |
| batch, sequence length | ${settings.batchSize}, ${settings.examples.maxSeqLength} |
| optimizer, peak learning rate | ${settings.optimizer.kind}, ${settings.schedule.peakLearningRate} |
| seed | ${settings.seed} |
`;
}
