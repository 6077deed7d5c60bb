/**
 * A run: trains a vocabulary and a model on a text, reports what happens, and saves itself.
 *
 * @module
 */
import {
  type Device,
  modelFiles,
  pretrainingBatches,
  type PretrainingStepBatch,
  type StepLog,
  type Tokenizer,
  type Trainer,
  whole,
} from "@albert-lab/albert";
import { samplePredictions } from "@albert-lab/albert/pretraining";
import { hashText, normalizeText } from "../link.ts";
import type { MetricPoint, RunEvaluation, RunEvent, RunState } from "../protocol.ts";
import { problemOf } from "../problem.ts";
import type { Settings } from "../settings.ts";
import { evaluateRun } from "./evaluate.ts";
import { heldOutRows, paragraphExamples } from "./paragraph.ts";
import { factsOf, type Prepared, prepareRun, shapeOf, trainVocabulary } from "./prepare.ts";
import { type LogLine, RunFiles, summaryOf } from "./storage.ts";
import { inTurn, nextTask } from "./turns.ts";

/** Milliseconds between two reports of metrics. */
const REPORT_INTERVAL = 100;
/** Least number of milliseconds between two checkpoints, and their share of the time at most. */
const SAVE_INTERVAL = 2000, SAVE_SHARE = 0.05;
/** Number of times that the paragraph is predicted in a run. */
const SAMPLES = 60;
/** Pieces of the vocabulary to show. */
const SHOWN_PIECES = 400;
const DEVICE_LOST =
  "The device was lost: the graphics card or its driver has stopped. Reload the page, then resume the run.";
const VOCABULARY_FILE = "spiece.model";

type Report = (event: RunEvent) => void;

/** A run of the worker. */
export class Training {
  readonly #device: Device;
  readonly #report: Report;
  readonly #run: string;
  readonly #settings: Settings;
  readonly #text: string;
  #files: RunFiles | null;
  #prepared: Promise<Prepared> | null = null;
  #trainer: Trainer<PretrainingStepBatch> | null = null;
  #state: RunState = "preparing";
  #loop: Promise<void> = Promise.resolve();
  /** Seconds of all steps so far, without those of other runs. */
  #seconds = 0;

  private constructor(
    device: Device,
    report: Report,
    run: string,
    settings: Settings,
    text: string,
    files: RunFiles | null,
  ) {
    this.#device = device;
    this.#report = report;
    this.#run = run;
    this.#settings = settings;
    this.#text = normalizeText(text);
    this.#files = files;
  }

  /** Creates a run, which computes nothing until {@linkcode Training.continue}. */
  static create(
    device: Device,
    report: Report,
    run: string,
    settings: Settings,
    text: string,
  ): Training {
    return new Training(device, report, run, settings, text, null);
  }

  /** Opens a run of an earlier visit. */
  static async restore(device: Device, report: Report, run: string): Promise<Training> {
    const files = await RunFiles.open(run);
    const { settings, text } = await files.readHeader();
    const training = new Training(device, report, run, settings, text, files);
    const { state } = summaryOf(files.readLog());
    // A run that the end of the visit interrupted computes again once it is continued.
    training.#state = state === "running" ? "preparing" : state;
    return training;
  }

  /** Number of steps done. */
  get step(): number {
    return this.#trainer?.step ?? 0;
  }

  /** The files of the run; null before they are created. */
  get storedIn(): RunFiles | null {
    return this.#files;
  }

  /** Trains until the run is finished or paused. */
  continue(): void {
    if (this.#state === "running" || this.#state === "finished") return;
    this.#report({ run: this.#run, type: "state", state: this.#state = "preparing" });
    this.#loop = this.#loop.then(() => this.#train()).catch((error) => this.#fail(error));
  }

  /** Ends the training after the current step and saves the run. */
  async pause(state: "paused" | "stopped"): Promise<void> {
    const computes = this.#state === "running" || this.#state === "preparing";
    if (!computes && !(this.#state === "paused" && state === "stopped")) return;
    this.#setState(state);
    await this.#loop;
    await this.#save();
  }

  /** The model as a Hugging Face folder. */
  async files(): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
    const { trainer, tokenizer } = await this.#prepare();
    return await modelFiles(trainer.model, tokenizer);
  }

  /** Evaluates the model. */
  async evaluate(): Promise<RunEvaluation> {
    const prepared = await this.#prepare();
    const { trainer, recipe, corpus, train, shown } = prepared;
    const text = { corpus, heldOut: shown === train ? [] : shown };
    const shape = shapeOf(prepared);
    return await inTurn(() => evaluateRun(this.#device, trainer.model, recipe, text, shape));
  }

  /** Frees the model and closes the files. */
  free(): void {
    this.#discard();
    this.#files?.close();
  }

  async #train(): Promise<void> {
    const prepared = await this.#prepare();
    const now: RunState = this.#state;
    if (now !== "preparing") return; // It was paused or stopped meanwhile.
    const { trainer, recipe: { settings }, examples } = prepared;
    const { totalSteps } = settings.schedule;
    if (trainer.step < totalSteps) this.#setState("running");
    const shape = shapeOf(prepared);
    const every = Math.max(1, Math.ceil(totalSteps / SAMPLES));
    if (trainer.step === 0) await this.#sample(prepared);
    let points: MetricPoint[] = [];
    let [reported, saved] = Array(2).fill(performance.now()) as number[];
    let saveTime = 0;
    while (this.#state === "running" && trainer.step < totalSteps) {
      const logs = await inTurn(async () => {
        const started = performance.now();
        trainer.trainStep(pretrainingBatches(examples, trainer.step, settings, shape));
        const logs = await trainer.readLog();
        this.#seconds += (performance.now() - started) / 1000;
        return logs;
      });
      const now = performance.now();
      points.push(...logs.map((log) => this.#pointOf(log)));
      const ends = trainer.step === totalSteps || this.#state !== "running";
      if (now - reported > REPORT_INTERVAL || ends) {
        this.#logPoints(points);
        points = [];
        reported = now;
      }
      if (trainer.step % every === 0 || trainer.step === totalSteps) await this.#sample(prepared);
      if (now - saved > Math.max(SAVE_INTERVAL, saveTime / SAVE_SHARE) && !ends) {
        await this.#save();
        saved = performance.now();
        saveTime = saved - now;
      }
      await nextTask();
    }
    this.#logPoints(points);
    if (trainer.step >= totalSteps && this.#state !== "finished") {
      await this.#save();
      this.#setState("finished");
    }
  }

  #prepare(): Promise<Prepared> {
    return this.#prepared ??= this.#buildPrepared().catch((error) => {
      this.#discard();
      throw error;
    });
  }

  /** Frees the model. If it is needed again, it is restored from the newest checkpoint. */
  #discard(): void {
    this.#prepared = null;
    this.#trainer?.free();
    this.#trainer = null;
  }

  /** Ends the training until it is continued. The step in which it failed may have changed a part of the model. */
  async #fail(error: unknown): Promise<void> {
    this.#discard();
    // A fault is reported once, but the loss of the device every time.
    await this.#device.settled().catch(() => {});
    const lost = await this.#device.settled().then(() => false, () => true);
    if (lost) console.error(error);
    this.#setState("failed", lost ? DEVICE_LOST : problemOf(error, "train the model").message);
  }

  /** Trains the vocabulary, or reads that of an earlier visit, and builds or restores the model. */
  async #buildPrepared(): Promise<Prepared> {
    const files = this.#files ?? await this.#createFiles();
    const stored = await files.readFile(VOCABULARY_FILE);
    const size = this.#settings.vocabulary;
    const vocabulary = stored ??
      trainVocabulary(this.#text, size, (pieces, done) => this.#reportPieces(pieces, done));
    const prepared = await prepareRun(this.#device, this.#settings, this.#text, vocabulary);
    this.#trainer = prepared.trainer;
    if (stored !== null) await this.#restoreCheckpoint(files, prepared.trainer);
    else {
      await files.writeFile(VOCABULARY_FILE, vocabulary);
      const { tokenizer } = prepared;
      const pieces = shownPieces(tokenizer);
      this.#reportPieces(tokenizer.vocabularySize, 1, pieces);
      const facts = { ...factsOf(prepared), heldOutRows: heldOutRows(prepared) };
      this.#report({ run: this.#run, type: "facts", facts });
      files.append([{ vocabulary: pieces }, { facts }]);
    }
    return prepared;
  }

  #reportPieces(pieces: number, done: number, examples: readonly string[] = []): void {
    const progress = { pieces, done, examples };
    this.#report({ run: this.#run, type: "vocabulary", progress });
  }

  /** Continues after the newest checkpoint; later lines of the log are computed again. */
  async #restoreCheckpoint(files: RunFiles, trainer: Trainer<PretrainingStepBatch>): Promise<void> {
    const checkpoint = await files.readCheckpoint();
    const { step, seconds } = checkpoint ?? { step: 0, seconds: 0 };
    const { model: { parameters }, optimizer } = trainer;
    const buffers = [parameters.values, optimizer.firstMoments, optimizer.secondMoments];
    for (const [i, tensor] of (checkpoint?.tensors ?? []).entries()) {
      this.#device.write(whole(buffers[i]), tensor);
    }
    trainer.startAt(step);
    this.#seconds = seconds;
    const kept = files.readLog().flatMap((line): LogLine[] => {
      if ("sample" in line) return line.sample.step <= step && checkpoint !== null ? [line] : [];
      if (!("points" in line)) return [line];
      return [{ points: line.points.filter((point) => point.step <= step) }];
    });
    files.rewriteLog(kept);
  }

  async #createFiles(): Promise<RunFiles> {
    const files = await RunFiles.open(this.#run);
    const textHash = await hashText(this.#text);
    const header = { settings: this.#settings, text: this.#text, textHash, started: Date.now() };
    try {
      await files.writeHeader(header);
    } catch (error) {
      files.close();
      throw error;
    }
    this.#files = files;
    files.append([{ state: this.#state }]); // It may have been paused before.
    return files;
  }

  async #save(): Promise<void> {
    const [files, trainer] = [this.#files, this.#trainer];
    if (files === null || trainer === null) return;
    const { step, model: { parameters }, optimizer } = trainer;
    const buffers = [parameters.values, optimizer.firstMoments, optimizer.secondMoments];
    const tensors = await Promise.all(
      buffers.map(async (buffer) =>
        await this.#device.read(whole(buffer)) as Float32Array<ArrayBuffer>
      ),
    );
    await files.writeCheckpoint({ step, seconds: this.#seconds, tensors });
    this.#report({ run: this.#run, type: "checkpoint", step });
  }

  async #sample(prepared: Prepared): Promise<void> {
    const { tokenizer, trainer } = prepared;
    const shape = shapeOf(prepared);
    const examples = paragraphExamples(prepared);
    const { step, model } = trainer;
    const samples = await samplePredictions(
      this.#device,
      model,
      examples,
      { ...shape, maxPredictions: shape.sequenceLength },
      tokenizer,
    );
    const sample = { step, samples };
    this.#files?.append([{ sample }]);
    this.#report({ run: this.#run, type: "sample", sample });
  }

  #pointOf({ step, metrics, tokens }: StepLog): MetricPoint {
    const pair = this.#settings.objective !== "none";
    return {
      step: step + 1,
      maskedLoss: metrics.loss_mlm,
      maskedAccuracy: metrics.accuracy_mlm,
      pairLoss: pair ? metrics.loss_pair : null,
      pairAccuracy: pair ? metrics.accuracy_pair : null,
      tokens,
      seconds: this.#seconds,
    };
  }

  #logPoints(points: readonly MetricPoint[]): void {
    if (points.length === 0) return;
    this.#files?.append([{ points }]);
    this.#report({ run: this.#run, type: "metrics", points });
  }

  #setState(state: RunState, message?: string): void {
    this.#state = state;
    this.#report({
      run: this.#run,
      type: "state",
      state,
      ...(message !== undefined && { message }),
    });
    try {
      this.#files?.append([{ state, ...(message !== undefined && { message }) }]);
    } catch (error) {
      // A run may have failed because its files cannot be written.
      if (state !== "failed") throw error;
    }
  }
}

/** The pieces that start a word, by id: the frequent ones first. */
function shownPieces(tokenizer: Tokenizer): string[] {
  return Array.from({ length: tokenizer.vocabularySize }, (_, id) => tokenizer.idToPiece(id))
    .slice(5, 5 + SHOWN_PIECES);
}
