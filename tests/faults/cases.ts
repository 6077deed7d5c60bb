/** Every kind of fault by name. */
import { damageData, damagePartialData, damageRun, setClockBack } from "./damage.ts";
import { loseDevice, runOutOfMemory, spoilKernels } from "./device_faults.ts";
import { fillUnderFolder, fillUnderRun, readOnly } from "./disk.ts";
import { killFolderCommand, PREPARE, VOCABULARY } from "./file_kills.ts";
import { twoOwners } from "./owners.ts";
import { FINETUNE, leavePredictions } from "./finetuning.ts";
import { killPaper } from "./paper_kills.ts";
import { PRETRAIN } from "./pretraining.ts";
import { differentRanks, killRank, stopRank } from "./ranks.ts";
import { interruptTwice, maxTime } from "./stops.ts";
import { killTraining } from "./training_kills.ts";
import type { Tally } from "./tally.ts";
import type { Workbench } from "./workbench.ts";

/** Tries faults; `kills` says how often where a random moment matters. */
export type Case = (bench: Workbench, kills: number) => Promise<Tally[]>;

export const CASES: Record<string, Case> = {
  pretrain: async (bench, kills) => [
    await killTraining(bench, PRETRAIN, kills, "SIGKILL"),
    await killTraining(bench, PRETRAIN, Math.ceil(kills / 4), "SIGTERM"),
    await killTraining(bench, PRETRAIN, Math.ceil(kills / 4), "SIGINT"),
  ],
  finetune: async (bench, kills) => [
    await killTraining(bench, FINETUNE, kills, "SIGKILL"),
    await killTraining(bench, FINETUNE, Math.ceil(kills / 4), "SIGTERM"),
    await killTraining(bench, FINETUNE, Math.ceil(kills / 4), "SIGINT"),
    await leavePredictions(bench),
  ],
  paper: async (bench, kills) => [
    await killPaper(bench, kills, "SIGKILL"),
    await killPaper(bench, Math.ceil(kills / 4), "SIGTERM"),
  ],
  prepare: async (bench, kills) => [
    await killFolderCommand(bench, PREPARE, kills, "SIGKILL"),
    await killFolderCommand(bench, PREPARE, Math.ceil(kills / 4), "SIGTERM"),
  ],
  damage: async (bench) => [
    ...await damageRun(bench, 2),
    await damageData(bench, 2),
    await damagePartialData(bench, 2),
  ],
  disk: async (bench) => [
    await fillUnderRun(bench, PRETRAIN),
    await fillUnderRun(bench, FINETUNE),
    await fillUnderFolder(bench, PREPARE),
    await fillUnderFolder(bench, VOCABULARY),
    await readOnly(bench),
  ],
  clock: async (bench) => [await setClockBack(bench)],
  owners: async (bench) => [await twoOwners(bench)],
  ranks: async (bench, kills) => [
    ...await killRank(bench, kills),
    ...await stopRank(bench, 1, 30_000),
    ...await differentRanks(bench),
  ],
  stops: async (bench) => [await interruptTwice(bench, 3), await maxTime(bench)],
  device: async (bench) => [
    await loseDevice(bench, 6),
    await spoilKernels(bench, 3),
    await runOutOfMemory(bench),
  ],
  vocab: async (bench, kills) => [
    await killFolderCommand(bench, VOCABULARY, kills, "SIGKILL"),
    await killFolderCommand(bench, VOCABULARY, Math.ceil(kills / 4), "SIGTERM"),
  ],
};
