/**
 * Checkpoints of a run: `checkpoints/step-N/`, and `checkpoints/latest`, which is written last.
 *
 * @module
 */
import {
  atomicWriteFile,
  parseSealed,
  removeLeftovers,
  sealedJson,
  sha256File,
  syncFolder,
} from "../files/mod.ts";
import { type Parameters, readTensors } from "../model/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import { downloadModel, type DownloadObserver, isHubName } from "../weights/hub/mod.ts";
import { encodeSafetensors, type WritableTensor } from "../weights/mod.ts";
import { inPieces, type ModelFolder, readSafetensors, writeModelFolder } from "./model_folder.ts";
import { checkLines, cutLines, type LineMarks, markLines } from "./line_marks.ts";
import { loadTensors } from "./load_tensors.ts";
import { NonFiniteError } from "./non_finite.ts";
import { RunFolderError } from "./run_folder.ts";

const FOLDER = "checkpoints";
const LATEST = "latest";
const BEST = "best";
const WEIGHTS = "model.safetensors";
const OPTIMIZER = "optimizer.safetensors";
const TRAINER = "trainer.json";
const MODEL_CARD = "README.md";
const FIRST = "first_moment.";
const SECOND = "second_moment.";
/** What to do when a checkpoint cannot be used. */
const GO_BACK = `write the name of an earlier step-N into ${FOLDER}/${LATEST} and resume from that`;

/** What `trainer.json` says. */
interface TrainerFile {
  readonly step: number;
  /** SHA-256 of the files of the checkpoint. */
  readonly sha256: Readonly<Record<string, string>>;
  /** What the run had logged by then. */
  readonly lines: LineMarks;
}

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

/**
 * Writes a checkpoint. It is built under another name and renamed, so that a folder called `step-N` is whole; only then does `latest` name it.
 *
 * @param keep newest checkpoints to keep; 0 keeps all
 * @param best step of the best evaluation, whose checkpoint is kept too
 * @throws {NonFiniteError} when a weight or moment is NaN or infinite; nothing is written then.
 */
export async function saveCheckpoint(
  run: string,
  trainer: CheckpointedTrainer,
  model: ModelDescription,
  keep: number,
  best?: number,
): Promise<void> {
  const { parameters } = trainer.model;
  const { firstMoments, secondMoments } = trainer.optimizer;
  const tensors = await readTensors(parameters);
  const moments = new Map<string, WritableTensor>();
  for (const [name, tensor] of await readTensors(parameters, firstMoments)) {
    moments.set(FIRST + name, tensor);
  }
  for (const [name, tensor] of await readTensors(parameters, secondMoments)) {
    moments.set(SECOND + name, tensor);
  }
  checkFinite(tensors, trainer.step);
  checkFinite(moments, trainer.step);
  const folder = `${run}/${FOLDER}`;
  const name = `step-${trainer.step}`;
  const unfinished = `${folder}/.${name}.tmp`;
  await Deno.mkdir(folder, { recursive: true });
  await removeIfThere(unfinished);
  await Deno.mkdir(unfinished);
  try {
    await writeModelFolder(unfinished, { ...model, tensors });
    await atomicWriteFile(`${unfinished}/${OPTIMIZER}`, inPieces(encodeSafetensors(moments)));
    const state: TrainerFile = {
      step: trainer.step,
      sha256: await sumsOf(unfinished),
      lines: await markLines(run),
    };
    await atomicWriteFile(`${unfinished}/${TRAINER}`, sealedJson(state));
  } catch (error) {
    await removeIfThere(unfinished);
    throw error;
  }
  await removeIfThere(`${folder}/${name}`);
  await Deno.rename(unfinished, `${folder}/${name}`);
  await syncFolder(folder);
  await atomicWriteFile(`${folder}/${LATEST}`, `${name}\n`);
  await tidyCheckpoints(run, keep, best);
}

/**
 * Points to the best checkpoint and removes what is not to be kept. It can be done at any time, again if it was broken off.
 *
 * @param keep newest checkpoints to keep; 0 keeps all
 * @param best step of the best evaluation, whose checkpoint is kept too
 */
export async function tidyCheckpoints(run: string, keep: number, best?: number): Promise<void> {
  const folder = `${run}/${FOLDER}`;
  await removeLeftovers(folder);
  const steps: number[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (/^\.step-\d+\.tmp$/.test(name)) await removeIfThere(`${folder}/${name}`);
    const step = /^step-(\d+)$/.exec(name)?.[1];
    if (step !== undefined) steps.push(Number(step));
  }
  const bestName = `step-${best}\n`;
  if (best !== undefined && steps.includes(best) && await readPointer(folder, BEST) !== bestName) {
    await atomicWriteFile(`${folder}/${BEST}`, bestName);
  }
  if (keep === 0) return;
  // Whoever went back to an earlier checkpoint may still have later ones: those are not the newest of what is being trained.
  const latest = Number((await readPointer(folder, LATEST))?.trim().slice("step-".length));
  const done = steps.filter((step) => step <= latest).sort((a, b) => b - a);
  for (const step of done.slice(keep)) {
    if (step !== best) await removeIfThere(`${folder}/step-${step}`);
  }
}

/**
 * Gradients are looked at before every update; this finds what went wrong in the update itself.
 *
 * @throws {NonFiniteError} naming the first tensor that is not finite.
 */
function checkFinite(tensors: ReadonlyMap<string, WritableTensor>, step: number): void {
  for (const [name, { data }] of tensors) {
    if (data instanceof Float32Array && !data.every(Number.isFinite)) {
      throw new NonFiniteError(
        `${name} holds NaN or infinity after step ${step}; no checkpoint was written and the last one is as it was: go on from it with --resume, and with a lower --learning-rate in a new run if it comes again`,
      );
    }
  }
}

/** SHA-256 of every file of a folder but the model card, which is there for people to edit. */
async function sumsOf(folder: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  for (const name of names.filter((name) => name !== MODEL_CARD)) {
    sums[name] = await sha256File(`${folder}/${name}`);
  }
  return sums;
}

/** Path of the checkpoint that `latest` names, or null when there is none. */
export async function latestCheckpoint(run: string): Promise<string | null> {
  return await namedCheckpoint(run, LATEST);
}

async function namedCheckpoint(run: string, pointer: string): Promise<string | null> {
  const folder = `${run}/${FOLDER}`;
  const name = (await readPointer(folder, pointer))?.trim();
  if (name === undefined) return null;
  if (!/^step-\d+$/.test(name)) {
    throw new RunFolderError(
      `${folder}/${pointer} names no checkpoint but ${JSON.stringify(name)}; write step-N into it`,
    );
  }
  return `${folder}/${name}`;
}

/** What a pointer file holds, or undefined where there is none. */
async function readPointer(folder: string, pointer: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(`${folder}/${pointer}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
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
  return await namedCheckpoint(path, BEST) ?? await latestCheckpoint(path) ?? path;
}

/**
 * Puts a trainer where a checkpoint left off, and the run's log with it.
 *
 * @throws {RunFolderError} when a file is missing or was changed since it was written.
 * @throws {ConfigError} when its tensors are of another model.
 */
export async function restoreCheckpoint(path: string, trainer: CheckpointedTrainer): Promise<void> {
  const state = await readTrainerFile(path);
  for (const [file, expected] of Object.entries(state.sha256)) {
    const actual = await sha256File(`${path}/${file}`).catch(() => "missing");
    if (actual !== expected) {
      const how = actual === "missing"
        ? "missing"
        : `damaged (its SHA-256 is not the one in ${TRAINER})`;
      throw new RunFolderError(`${path}/${file} is ${how}; ${GO_BACK}`);
    }
  }
  // checkpoints/step-N lies two folders below the run.
  const run = `${path}/../..`;
  await checkLines(run, state.lines);
  const { parameters } = trainer.model;
  const { firstMoments, secondMoments } = trainer.optimizer;
  const weights = await readSafetensors(`${path}/${WEIGHTS}`);
  const moments = await readSafetensors(`${path}/${OPTIMIZER}`);
  loadTensors(`${path}/${WEIGHTS}`, weights, parameters, parameters.values, "");
  loadTensors(`${path}/${OPTIMIZER}`, moments, parameters, firstMoments, FIRST);
  loadTensors(`${path}/${OPTIMIZER}`, moments, parameters, secondMoments, SECOND);
  await cutLines(run, state.lines);
  trainer.startAt(state.step);
}

async function readTrainerFile(path: string): Promise<TrainerFile> {
  const file = `${path}/${TRAINER}`;
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
  if (!path.endsWith(`/step-${state.step}`)) {
    throw new RunFolderError(`${path} holds the checkpoint of step ${state.step}; ${GO_BACK}`);
  }
  return state;
}

async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
