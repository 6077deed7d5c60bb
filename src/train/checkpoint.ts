/**
 * Checkpoints of a run: `checkpoints/step-N/`, and `checkpoints/latest`, which is written last.
 *
 * @module
 */
import { atomicWriteFile, sha256File, syncFolder } from "../files/mod.ts";
import { type Parameters, readTensors } from "../model/mod.ts";
import type { Optimizer } from "../optim/mod.ts";
import { encodeSafetensors, type WritableTensor } from "../weights/mod.ts";
import { inPieces, type ModelFolder, readSafetensors, writeModelFolder } from "./model_folder.ts";
import { RunFolderError } from "./run_folder.ts";
import { loadTensors } from "./load_tensors.ts";

const FOLDER = "checkpoints";
const LATEST = "latest";
const BEST = "best";
const WEIGHTS = "model.safetensors";
const OPTIMIZER = "optimizer.safetensors";
const TRAINER = "trainer.json";
const FIRST = "first_moment.";
const SECOND = "second_moment.";

/** What `trainer.json` says. */
interface TrainerFile {
  readonly step: number;
  /** SHA-256 of the files that a resumed run reads. */
  readonly sha256: Readonly<Record<string, string>>;
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
  const folder = `${run}/${FOLDER}`;
  const name = `step-${trainer.step}`;
  const unfinished = `${folder}/.${name}.tmp`;
  await Deno.mkdir(folder, { recursive: true });
  await removeIfThere(unfinished);
  await Deno.mkdir(unfinished);
  try {
    await writeModelFolder(unfinished, { ...model, tensors });
    await atomicWriteFile(`${unfinished}/${OPTIMIZER}`, inPieces(encodeSafetensors(moments)));
    const sha256: Record<string, string> = {};
    for (const file of [WEIGHTS, OPTIMIZER]) {
      sha256[file] = await sha256File(`${unfinished}/${file}`);
    }
    const state: TrainerFile = { step: trainer.step, sha256 };
    await atomicWriteFile(`${unfinished}/${TRAINER}`, `${JSON.stringify(state, null, 2)}\n`);
  } catch (error) {
    await removeIfThere(unfinished);
    throw error;
  }
  await removeIfThere(`${folder}/${name}`);
  await Deno.rename(unfinished, `${folder}/${name}`);
  await syncFolder(folder);
  await atomicWriteFile(`${folder}/${LATEST}`, `${name}\n`);
  if (best === trainer.step) await atomicWriteFile(`${folder}/${BEST}`, `${name}\n`);
  await removeOld(folder, keep, best);
}

/** Path of the checkpoint that `latest` names, or null when there is none. */
export async function latestCheckpoint(run: string): Promise<string | null> {
  return await namedCheckpoint(run, LATEST);
}

async function namedCheckpoint(run: string, pointer: string): Promise<string | null> {
  const file = `${run}/${FOLDER}/${pointer}`;
  let name: string;
  try {
    name = (await Deno.readTextFile(file)).trim();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  if (!/^step-\d+$/.test(name)) {
    throw new RunFolderError(
      `${file} names no checkpoint but ${JSON.stringify(name)}; write step-N into it`,
    );
  }
  return `${run}/${FOLDER}/${name}`;
}

/**
 * The model folder that a `--checkpoint` means: a run folder stands for its best checkpoint if it keeps one, else the latest,
 * anything else for itself.
 */
export async function resolveCheckpoint(path: string): Promise<string> {
  return await namedCheckpoint(path, BEST) ?? await latestCheckpoint(path) ?? path;
}

/**
 * Puts a trainer where a checkpoint left off.
 *
 * @throws {RunFolderError} when a file is missing or was changed since it was written.
 * @throws {ConfigError} when its tensors are of another model.
 */
export async function restoreCheckpoint(path: string, trainer: CheckpointedTrainer): Promise<void> {
  const state = await readTrainerFile(path);
  for (const [file, expected] of Object.entries(state.sha256)) {
    const actual = await sha256File(`${path}/${file}`).catch(() => "missing");
    if (actual !== expected) {
      throw new RunFolderError(
        `${path}/${file} is damaged (its SHA-256 is not the one in ${TRAINER}); write an earlier step-N into ${FOLDER}/${LATEST} and resume from it`,
      );
    }
  }
  const { parameters } = trainer.model;
  const { firstMoments, secondMoments } = trainer.optimizer;
  const weights = await readSafetensors(`${path}/${WEIGHTS}`);
  const moments = await readSafetensors(`${path}/${OPTIMIZER}`);
  loadTensors(`${path}/${WEIGHTS}`, weights, parameters, parameters.values, "");
  loadTensors(`${path}/${OPTIMIZER}`, moments, parameters, firstMoments, FIRST);
  loadTensors(`${path}/${OPTIMIZER}`, moments, parameters, secondMoments, SECOND);
  trainer.startAt(state.step);
}

async function readTrainerFile(path: string): Promise<TrainerFile> {
  try {
    return JSON.parse(await Deno.readTextFile(`${path}/${TRAINER}`));
  } catch (error) {
    throw new RunFolderError(`Cannot read ${path}/${TRAINER}: ${(error as Error).message}`);
  }
}

async function removeOld(folder: string, keep: number, best?: number): Promise<void> {
  if (keep === 0) return;
  const steps: number[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    const step = /^step-(\d+)$/.exec(name)?.[1];
    if (step !== undefined) steps.push(Number(step));
  }
  steps.sort((a, b) => b - a);
  for (const step of steps.slice(keep)) {
    if (step !== best) await removeIfThere(`${folder}/step-${step}`);
  }
}

async function removeIfThere(path: string): Promise<void> {
  await Deno.remove(path, { recursive: true }).catch((error) => {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  });
}
