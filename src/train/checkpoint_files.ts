/**
 * The files of a run's checkpoints: `checkpoints/step-N/`, and `checkpoints/latest`, which is written last.
 *
 * @module
 */
import {
  atomicWriteFile,
  ifExists,
  removeTemporaryFiles,
  sealedJson,
  sha256File,
  syncFolder,
} from "../files/mod.ts";
import type { LossScaleState } from "../optim/mod.ts";
import { encodeSafetensors, type WritableTensor } from "../weights/mod.ts";
import type { LineMarks } from "../runs/disk.ts";
import { inPieces, type ModelFolder, writeModelFolder } from "./model_folder.ts";
import { RunFolderError } from "../runs/disk.ts";

/** Names below a run folder and in a checkpoint. */
export const NAMES = {
  folder: "checkpoints",
  latest: "latest",
  best: "best",
  weights: "model.safetensors",
  optimizer: "optimizer.safetensors",
  trainer: "trainer.json",
  modelCard: "README.md",
} as const;

/** The contents of `trainer.json`. */
export interface TrainerFile {
  /** Number of steps done. */
  readonly step: number;
  /** SHA-256 of the files of the checkpoint. */
  readonly sha256: Readonly<Record<string, string>>;
  /** Length and hash of the log files at that step. */
  readonly lines: LineMarks;
  /** Loss scale of a run in half precision. */
  readonly lossScale?: LossScaleState;
}

/** The contents of a checkpoint in host memory. Plain data, which can be sent to a worker. */
export interface CheckpointSnapshot {
  /** The run folder. */
  readonly run: string;
  /** Number of steps done. */
  readonly step: number;
  /** Model, configuration and tokenizer files. */
  readonly model: ModelFolder;
  /** Moments of the optimizer by name. */
  readonly moments: ReadonlyMap<string, WritableTensor>;
  /** Ends of the logs at this step. */
  readonly lines: LineMarks;
  /** State of dynamic loss scaling. */
  readonly lossScale?: LossScaleState;
  /** Number of newest checkpoints to keep; 0 keeps all. */
  readonly keep: number;
  /** Step of the best evaluation, whose checkpoint is also kept. */
  readonly best?: number;
}

/** Writes a checkpoint to a temporary folder and renames it, so that a folder `step-N` is always complete. Then `latest` is set to it. */
export async function writeCheckpoint(snapshot: CheckpointSnapshot): Promise<void> {
  const { run, step, model, moments, lines, lossScale, keep, best } = snapshot;
  const folder = `${run}/${NAMES.folder}`;
  const name = `step-${step}`;
  const unfinished = `${folder}/.${name}.tmp`;
  await Deno.mkdir(folder, { recursive: true });
  await removeIfThere(unfinished);
  await Deno.mkdir(unfinished);
  try {
    await writeModelFolder(unfinished, model);
    await atomicWriteFile(`${unfinished}/${NAMES.optimizer}`, inPieces(encodeSafetensors(moments)));
    const state: TrainerFile = {
      step,
      sha256: await sumsOf(unfinished),
      lines,
      ...(lossScale && { lossScale }),
    };
    await atomicWriteFile(`${unfinished}/${NAMES.trainer}`, sealedJson(state));
  } catch (error) {
    await removeIfThere(unfinished);
    throw error;
  }
  await removeIfThere(`${folder}/${name}`);
  await Deno.rename(unfinished, `${folder}/${name}`);
  await syncFolder(folder);
  await atomicWriteFile(`${folder}/${NAMES.latest}`, `${name}\n`);
  await tidyCheckpoints(run, keep, best);
}

/**
 * Sets `best` and removes checkpoints that are not kept. Can be repeated at any time, for example after a kill.
 *
 * @param keep number of newest checkpoints to keep; 0 keeps all
 * @param best step of the best evaluation, whose checkpoint is also kept
 */
export async function tidyCheckpoints(run: string, keep: number, best?: number): Promise<void> {
  const folder = `${run}/${NAMES.folder}`;
  await removeTemporaryFiles(folder);
  for await (const { name } of Deno.readDir(folder)) {
    if (/^\.step-\d+\.tmp$/.test(name)) await removeIfThere(`${folder}/${name}`);
  }
  const steps = await savedSteps(folder);
  const bestName = `step-${best}\n`;
  if (
    best !== undefined && steps.includes(best) && await readPointer(folder, NAMES.best) !== bestName
  ) {
    await atomicWriteFile(`${folder}/${NAMES.best}`, bestName);
  }
  if (keep === 0) return;
  // After a return to an earlier checkpoint there may be later ones, which do not belong to the current run.
  const latest = Number((await readPointer(folder, NAMES.latest))?.trim().slice("step-".length));
  const done = steps.filter((step) => step <= latest).sort((a, b) => b - a);
  for (const step of done.slice(keep)) {
    if (step !== best) await removeIfThere(`${folder}/step-${step}`);
  }
}

/** Returns the SHA-256 of every file of a folder except the model card, which people may edit. */
async function sumsOf(folder: string): Promise<Record<string, string>> {
  const sums: Record<string, string> = {};
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
  for (const name of names.filter((name) => name !== NAMES.modelCard)) {
    sums[name] = await sha256File(`${folder}/${name}`);
  }
  return sums;
}

/** Returns the steps of the checkpoints in a folder, which may be missing, in any order. */
export async function savedSteps(folder: string): Promise<number[]> {
  const entries = await ifExists(Array.fromAsync(Deno.readDir(folder))) ?? [];
  return entries.flatMap(({ name }) => /^step-\d+$/.test(name) ? [Number(name.slice(5))] : []);
}

/**
 * Returns the contents of a pointer file, or undefined if there is none.
 *
 * @throws {RunFolderError} if the run is a file.
 */
export async function readPointer(folder: string, pointer: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(`${folder}/${pointer}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (!(error instanceof Deno.errors.NotADirectory)) throw error;
    const run = folder.slice(0, -`/${NAMES.folder}`.length);
    throw new RunFolderError(`${run} is a file; expected the folder of a run or of a model`);
  }
}

async function removeIfThere(path: string): Promise<void> {
  await ifExists(Deno.remove(path, { recursive: true }));
}
