/**
 * Checkpoints of a run: taken from a trainer, found, and given back to one.
 *
 * @module
 */
import { parseSealed, sha256File } from "../files/mod.ts";
import { isObject, quote } from "../json/mod.ts";
import { whole } from "../device/mod.ts";
import { namedTensors, type Parameters, readTensors } from "../model/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import { downloadModel, type DownloadObserver, isHubName } from "../weights/hub/mod.ts";
import type { WritableTensor } from "../weights/mod.ts";
import {
  type CheckpointSnapshot,
  NAMES,
  readPointer,
  type TrainerFile,
} from "./checkpoint_files.ts";
import { checkLines, cutLines, isLineMarks, markLines } from "../runs/disk.ts";
import { flatTensors, loadTensors } from "./load_tensors.ts";
import { type ModelFolder, readSafetensors } from "./model_folder.ts";
import { allFinite, NonFiniteError } from "./non_finite.ts";
import { RunFolderError } from "../runs/disk.ts";

const FIRST = "first_moment.";
const SECOND = "second_moment.";
/** What to do when a checkpoint cannot be used. */
const GO_BACK =
  `write the name of an earlier step-N into ${NAMES.folder}/${NAMES.latest} and resume from that`;

/** What a checkpoint holds of a trainer, of pretraining or finetuning. */
export interface CheckpointedTrainer {
  readonly model: { readonly parameters: Parameters };
  readonly optimizer: Optimizer;
  /** Steps done. */
  readonly step: number;
  /** Continues after so many updates. */
  startAt(step: number): void;
}

/** Everything about a model folder but its tensors. */
export type ModelDescription = Omit<ModelFolder, "tensors">;

/** An optimizer's moments, each laid out like the parameters. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/**
 * Reads from the device what a checkpoint will hold, and notes what the run has logged.
 *
 * @param run the run folder
 * @param keeping what becomes of earlier checkpoints
 * @param gathered moments, where the optimizer has only a part of them
 * @throws {NonFiniteError} when a weight or moment is NaN or infinite.
 */
export async function takeSnapshot(
  run: string,
  trainer: CheckpointedTrainer,
  model: ModelDescription,
  keeping: Pick<CheckpointSnapshot, "keep" | "best">,
  gathered?: Moments,
): Promise<CheckpointSnapshot> {
  const { step, model: { parameters }, optimizer } = trainer;
  const tensors = await readTensors(parameters);
  const { first, second } = gathered ?? await readMoments(parameters, optimizer);
  const moments = new Map<string, WritableTensor>();
  for (const [prefix, flat] of [[FIRST, first], [SECOND, second]] as const) {
    for (const [name, tensor] of namedTensors(parameters, flat)) moments.set(prefix + name, tensor);
  }
  checkFinite(tensors, step);
  checkFinite(moments, step);
  return {
    run,
    step,
    model: { ...model, tensors },
    moments,
    lines: await markLines(run),
    lossScale: await optimizer.lossScale?.read(),
    ...keeping,
  };
}

async function readMoments(
  { device }: Parameters,
  { firstMoments, secondMoments }: Optimizer,
): Promise<Moments> {
  return {
    first: await device.read(whole(firstMoments)) as Float32Array,
    second: await device.read(whole(secondMoments)) as Float32Array,
  };
}

/**
 * Gradients are looked at before every update; this finds what went wrong in the update itself.
 *
 * @throws {NonFiniteError} naming the first tensor that is not finite.
 */
function checkFinite(tensors: ReadonlyMap<string, WritableTensor>, step: number): void {
  for (const [name, { data }] of tensors) {
    if (data instanceof Float32Array && !allFinite(data)) {
      throw new NonFiniteError(
        `${name} holds NaN or infinity after step ${step}; no checkpoint was written and the last one is as it was: go on from it with --resume, and with a lower --learning-rate in a new run if it comes again`,
      );
    }
  }
}

/** Path of the checkpoint that `latest` names, or null when there is none. */
export async function latestCheckpoint(run: string): Promise<string | null> {
  return await namedCheckpoint(run, NAMES.latest);
}

async function namedCheckpoint(run: string, pointer: string): Promise<string | null> {
  const folder = `${run}/${NAMES.folder}`;
  const name = (await readPointer(folder, pointer))?.trim();
  if (name === undefined) return null;
  if (!/^step-\d+$/.test(name)) {
    throw new RunFolderError(
      `${folder}/${pointer} names no checkpoint but ${quote(name)}; write step-N into it`,
    );
  }
  return `${folder}/${name}`;
}

/**
 * The model folder that a `--checkpoint` means: a run folder stands for its best checkpoint if it keeps one, else the latest,
 * `hf:OWNER/NAME` for a model of the hub, which is downloaded; anything else for itself.
 *
 * @param download told how a download goes
 * @throws {HubError} when the hub's model cannot be had.
 */
export async function resolveCheckpoint(
  path: string,
  download?: DownloadObserver,
): Promise<string> {
  if (isHubName(path)) return await downloadModel(path, download);
  return await namedCheckpoint(path, NAMES.best) ?? await latestCheckpoint(path) ?? path;
}

/**
 * Puts a trainer where a checkpoint left off, and the run's log with it.
 *
 * @throws {RunFolderError} when a file is missing or was changed since it was written.
 * @returns the moments, where the optimizer keeps only a part of them and has yet to be given it
 * @throws {ConfigError} when its tensors are of another model.
 */
export async function restoreCheckpoint(
  path: string,
  trainer: CheckpointedTrainer,
): Promise<Moments | undefined> {
  const state = await readTrainerFile(path);
  for (const [file, expected] of Object.entries(state.sha256)) {
    const actual = await sha256File(`${path}/${file}`).catch(() => "missing");
    if (actual !== expected) {
      const how = actual === "missing"
        ? "missing"
        : `damaged (its SHA-256 is not the one in ${NAMES.trainer})`;
      throw new RunFolderError(`${path}/${file} is ${how}; ${GO_BACK}`);
    }
  }
  // checkpoints/step-N lies two folders below the run.
  const run = `${path}/../..`;
  await checkLines(run, state.lines);
  const { parameters } = trainer.model;
  const { firstMoments, secondMoments, shards } = trainer.optimizer;
  const weights = await readSafetensors(`${path}/${NAMES.weights}`);
  const moments = await readSafetensors(`${path}/${NAMES.optimizer}`);
  loadTensors(`${path}/${NAMES.weights}`, weights, parameters, parameters.values, "");
  const file = `${path}/${NAMES.optimizer}`;
  let parted: Moments | undefined;
  if (shards.length > 1) {
    parted = {
      first: flatTensors(file, moments, parameters, FIRST),
      second: flatTensors(file, moments, parameters, SECOND),
    };
  } else {
    loadTensors(file, moments, parameters, firstMoments, FIRST);
    loadTensors(file, moments, parameters, secondMoments, SECOND);
  }
  if (state.lossScale !== undefined) trainer.optimizer.lossScale?.restore(state.lossScale);
  await cutLines(run, state.lines);
  trainer.startAt(state.step);
  return parted;
}

function isFileName(name: string): boolean {
  return /^\w[\w.-]*$/.test(name);
}

/** What a checkpoint's `trainer.json` says, checked as far as resuming relies on it. */
export async function readTrainerFile(path: string): Promise<TrainerFile> {
  const file = `${path}/${NAMES.trainer}`;
  let state: TrainerFile;
  try {
    state = parseSealed(await Deno.readTextFile(file)) as unknown as TrainerFile;
  } catch (error) {
    throw new RunFolderError(
      error instanceof SyntaxError
        ? `${file} is damaged (${error.message}); ${GO_BACK}`
        : `Cannot read ${file}: ${(error as Error).message}; ${GO_BACK}`,
    );
  }
  const { sha256 } = state;
  const isSum = ([name, sum]: [string, unknown]) => isFileName(name) && typeof sum === "string";
  if (!isObject(sha256) || !Object.entries(sha256).every(isSum)) {
    throw new RunFolderError(`${file} has no usable "sha256"; ${GO_BACK}`);
  }
  if (!isLineMarks(state.lines)) {
    throw new RunFolderError(`${file} has no usable "lines"; ${GO_BACK}`);
  }
  if (!Number.isInteger(state.step) || !path.endsWith(`/step-${state.step}`)) {
    throw new RunFolderError(
      `${path} holds the checkpoint of step ${quote(state.step)}; ${GO_BACK}`,
    );
  }
  return state;
}
