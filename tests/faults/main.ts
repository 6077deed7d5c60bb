/**
 * Fault injection: `deno task test:faults [--kills N] [--only NAME,…] [--seed N] [--verbose]`.
 *
 * Prints a row for each kind of fault with the number of trials and failures, exit codes and outcomes. `--verbose` adds an
 * example of each message. Exits with code 1 if any trial fails.
 *
 * @module
 */
import { damageData, damagePartialData, damageRun, setClockBack } from "./damage.ts";
import { loseDevice, runOutOfMemory, spoilKernels } from "./device_faults.ts";
import { fillUnderFolder, fillUnderRun, readOnly } from "./disk.ts";
import { killFolderCommand, PREPARE, VOCABULARY } from "./file_kills.ts";
import { FINETUNE, leavePredictions } from "./training_runs.ts";
import { twoOwners } from "./processes.ts";
import { killPaper } from "./paper_kills.ts";
import { PRETRAIN } from "./training_runs.ts";
import { differentRanks, killRank, stopRank } from "./ranks.ts";
import { interruptTwice, maxTime } from "./processes.ts";
import { table, type Tally } from "./tally.ts";
import { killTraining } from "./training_kills.ts";
import { Workbench } from "./workbench.ts";
import { loseWorkers } from "./worker_faults.ts";

interface Request {
  kills: number;
  seed: number;
  only: string[];
  verbose: boolean;
}

function parseArguments(args: string[]): Request {
  const request: Request = { kills: 20, seed: 1, only: Object.keys(CASES), verbose: false };
  for (let i = 0; i < args.length; i++) {
    if (args[i] === "--verbose") request.verbose = true;
    else if (args[i] === "--kills") request.kills = Number(args[++i]);
    else if (args[i] === "--seed") request.seed = Number(args[++i]);
    else if (args[i] === "--only") request.only = (args[++i] ?? "").split(",");
    else {throw new Error(
        `unknown option "${args[i]}", expected --kills, --seed, --only, --verbose`,
      );}
  }
  const unknown = request.only.find((name) => !(name in CASES));
  if (unknown !== undefined || !(request.kills > 0)) {
    throw new Error(
      `expected a positive number of --kills, and --only with ${Object.keys(CASES).join(", ")}`,
    );
  }
  return request;
}

/** Injects faults. `kills` is the number of trials at random moments. */
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
  workers: loseWorkers,
  vocab: async (bench, kills) => [
    await killFolderCommand(bench, VOCABULARY, kills, "SIGKILL"),
    await killFolderCommand(bench, VOCABULARY, Math.ceil(kills / 4), "SIGTERM"),
  ],
};

if (import.meta.main) {
  try {
    const { only, kills, seed, verbose } = parseArguments(Deno.args);
    const tallies: Tally[] = [];
    await using bench = await Workbench.make(seed);
    for (const name of only) {
      for (const tally of await CASES[name](bench, kills)) {
        console.error(tally.row());
        for (const failure of tally.failures) console.error(`  FAILED ${failure}`);
        if (verbose) {
          for (const [end, text] of tally.messages) console.error(`  ${end}: ${text}`);
        }
        tallies.push(tally);
      }
    }
    const failures = tallies.reduce((sum, tally) => sum + tally.failures.length, 0);
    const trials = tallies.reduce((sum, tally) => sum + tally.trials, 0);
    console.log(table(tallies));
    console.log(`\n${trials} trials, ${failures} failures`);
    Deno.exitCode = failures > 0 ? 1 : 0; // Exits after the folder has been removed.
  } catch (error) {
    console.error(`faults: ${error instanceof Error ? error.message : error}`);
    Deno.exitCode = 2;
  }
}
