/**
 * Checkpoints of a run: taken from a trainer, found, and given back to one.
 *
 * @module
 */
import { ifExists, parseSealed, sha256File } from "../files/mod.ts";
import { isObject, quote } from "../json/mod.ts";
import { type DeviceBuffer, whole } from "../device/mod.ts";
import { ConfigError, namedTensors, type Parameters, readTensors } from "../model/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import { downloadModel, type DownloadObserver, hubHint, isHubName } from "../weights/hub/mod.ts";
import {
  isShippedModel,
  type Safetensors,
  toFloat32,
  type WritableTensor,
} from "../weights/mod.ts";
import { shippedFolder } from "../weights/shipped/disk.ts";
import {
  type CheckpointSnapshot,
  NAMES,
  readPointer,
  savedSteps,
  type TrainerFile,
} from "./checkpoint_files.ts";
import { checkLines, cutLines, isLineMarks, markLines } from "../runs/disk.ts";
import { type ModelFolder, readSafetensors } from "./model_folder.ts";
import { allFinite, NonFiniteError } from "./non_finite.ts";
import { RunFolderError } from "../runs/disk.ts";

const FIRST = "first_moment.";
const SECOND = "second_moment.";
/** Advice if a checkpoint cannot be used. */
const GO_BACK =
  `write the name of an earlier step-N into ${NAMES.folder}/${NAMES.latest} and resume from that`;

/** The part of a trainer that a checkpoint contains. */
export interface CheckpointedTrainer {
  /** The model whose parameters are saved. */
  readonly model: { readonly parameters: Parameters };
  /** The optimizer whose moments are saved. */
  readonly optimizer: Optimizer;
  /** Number of steps done. */
  readonly step: number;
  /** Continues after `step` steps. */
  startAt(step: number): void;
}

/** A model folder without its tensors. */
export type ModelDescription = Omit<ModelFolder, "tensors">;

/** First and second moments of an optimizer, each laid out like the parameters. */
export interface Moments {
  /** First moments, in the order of the parameters. */
  readonly first: Float32Array;
  /** Second moments, in the order of the parameters. */
  readonly second: Float32Array;
}

/**
 * Reads the contents of a checkpoint from the device and the state of the log files.
 *
 * @param run the run folder
 * @param keeping which earlier checkpoints to keep
 * @param gathered moments of all ranks if the optimizer is sharded
 * @throws {NonFiniteError} if a weight or moment is NaN or infinite.
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
 * Checks the result of the updates; gradients are checked before every update.
 *
 * @throws {NonFiniteError} with the name of the first tensor that is not finite.
 */
function checkFinite(tensors: ReadonlyMap<string, WritableTensor>, step: number): void {
  for (const [name, { data }] of tensors) {
    if (data instanceof Float32Array && !allFinite(data)) {
      throw new NonFiniteError(
        `${name} contains NaN or infinity after step ${step}; no checkpoint was written and the last one is unchanged. Resume from it with --resume; if the error occurs again, start a new run with a lower --learning-rate`,
      );
    }
  }
}

/**
 * Returns the path of the checkpoint that `latest` names. Without `latest`, which a process that is killed after its first
 * checkpoint may not have written, returns the newest complete checkpoint, or null if there is none.
 *
 * @throws {RunFolderError} if `latest` does not name a checkpoint of the run.
 */
export async function latestCheckpoint(run: string): Promise<string | null> {
  const named = await namedCheckpoint(run, NAMES.latest);
  if (named !== null) return named;
  const newest = await newestCheckpoint(`${run}/${NAMES.folder}`);
  return newest === null ? null : `${run}/${NAMES.folder}/${newest}`;
}

async function namedCheckpoint(run: string, pointer: string): Promise<string | null> {
  const folder = `${run}/${NAMES.folder}`;
  const name = (await readPointer(folder, pointer))?.trim();
  if (name === undefined) return null;
  const valid = /^step-\d+$/.test(name);
  if (valid && await ifExists(Deno.stat(`${folder}/${name}`)) !== null) return `${folder}/${name}`;
  const newest = await newestCheckpoint(folder);
  const fix = newest === null
    ? `${folder} contains no complete checkpoint, so start a new run in another folder`
    : `write ${newest}, the newest complete checkpoint, into it`;
  throw new RunFolderError(
    valid
      ? `${folder}/${pointer} names ${name}, which does not exist; ${fix}`
      : `${folder}/${pointer} must contain the name of a checkpoint (got ${quote(name)}); ${fix}`,
  );
}

/** Returns the name of the newest complete checkpoint, or null if there is none. */
async function newestCheckpoint(folder: string): Promise<string | null> {
  for (const step of (await savedSteps(folder)).sort((a, b) => b - a)) {
    if (await ifExists(Deno.stat(`${folder}/step-${step}/${NAMES.trainer}`)) !== null) {
      return `step-${step}`;
    }
  }
  return null;
}

/**
 * Returns the model folder of `--checkpoint`: for a run folder its best checkpoint if there is one, else the latest; for `hf:OWNER/NAME` the downloaded model of the
 * Hugging Face hub; for {@linkcode SHIPPED_MODEL} a copy in the cache folder; otherwise the path itself.
 *
 * @param download receives the progress of a download
 * @throws {HubError} if the model cannot be downloaded.
 * @throws {ShippedModelError} if this copy of the package does not contain its model.
 * @throws {ConfigError} if the path does not exist, but may be the name of a hub model without `hf:`.
 */
export async function resolveCheckpoint(
  path: string,
  download?: DownloadObserver,
): Promise<string> {
  if (isHubName(path)) return await downloadModel(path, download);
  if (isShippedModel(path)) return await shippedFolder();
  const hint = hubHint(path);
  if (hint !== "" && await ifExists(Deno.stat(path)) === null) {
    throw new ConfigError(`${path} does not exist${hint}`);
  }
  return await namedCheckpoint(path, NAMES.best) ?? await latestCheckpoint(path) ?? path;
}

/**
 * Restores a trainer and the log files of its run from a checkpoint.
 *
 * @returns the moments if the optimizer is sharded; they have yet to be distributed
 * @throws {RunFolderError} if a file is missing or was changed.
 * @throws {ConfigError} if the tensors belong to another model.
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
  // checkpoints/step-N is two folders below the run.
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

/** Writes the tensors of a file to a buffer that is laid out like the parameters. */
function loadTensors(
  file: string,
  weights: Safetensors,
  parameters: Parameters,
  buffer: DeviceBuffer,
  prefix: string,
): void {
  for (const { offset, values } of valuesOf(file, weights, parameters, prefix)) {
    parameters.device.write({ buffer, offset, length: values.length }, values);
  }
}

/** Returns the tensors of a file as an array that is laid out like the parameters. */
function flatTensors(
  file: string,
  weights: Safetensors,
  parameters: Parameters,
  prefix: string,
): Float32Array {
  const flat = new Float32Array(parameters.values.length);
  for (const { offset, values } of valuesOf(file, weights, parameters, prefix)) {
    flat.set(values, offset);
  }
  return flat;
}

/**
 * Returns the values of each parameter. Unlike published weights, a checkpoint must contain every tensor.
 *
 * @throws {ConfigError} if a tensor is missing or has another shape.
 */
function* valuesOf(
  file: string,
  { tensors }: Safetensors,
  parameters: Parameters,
  prefix: string,
): Generator<{ offset: number; values: Float32Array }> {
  for (const { spec, view } of parameters.list) {
    const tensor = tensors.get(prefix + spec.name);
    if (tensor === undefined) {
      throw new ConfigError(
        `${file}: tensor ${prefix}${spec.name} is missing; the checkpoint belongs to another model`,
      );
    }
    if (tensor.shape.join() !== spec.shape.join()) {
      throw new ConfigError(
        `${file}: tensor ${prefix}${spec.name} has shape [${tensor.shape}], expected [${spec.shape}] for the configuration of the run`,
      );
    }
    yield { offset: view.offset, values: toFloat32(spec.name, tensor) };
  }
}

function isFileName(name: string): boolean {
  return /^\w[\w.-]*$/.test(name);
}

/** Reads a checkpoint's `trainer.json` and checks the fields that resuming needs. */
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
    throw new RunFolderError(`${file} has no valid "sha256"; ${GO_BACK}`);
  }
  if (!isLineMarks(state.lines)) {
    throw new RunFolderError(`${file} has no valid "lines"; ${GO_BACK}`);
  }
  if (!Number.isInteger(state.step) || !path.endsWith(`/step-${state.step}`)) {
    throw new RunFolderError(
      `${path} contains the checkpoint of step ${quote(state.step)}; ${GO_BACK}`,
    );
  }
  return state;
}
