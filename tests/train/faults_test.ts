// A short version of `deno task test:faults`.
import { fillUnderRun } from "../faults/disk.ts";
import { damageData, damageRun, setClockBack } from "../faults/damage.ts";
import { loseDevice, spoilKernels } from "../faults/device_faults.ts";
import { killFolderCommand, VOCABULARY } from "../faults/file_kills.ts";
import { twoOwners } from "../faults/processes.ts";
import { FINETUNE } from "../faults/training_runs.ts";
import { PRETRAIN } from "../faults/training_runs.ts";
import { killTraining } from "../faults/training_kills.ts";
import { assertNoFailures, type Tally } from "../faults/tally.ts";
import { Workbench } from "../faults/workbench.ts";
import { loseWorkers } from "../faults/worker_faults.ts";

const bench = await Workbench.make(1, 150);
globalThis.addEventListener("unload", () => Deno.removeSync(bench.folder, { recursive: true }));

/** Registers a test that injects faults and fails if any trial fails. */
function testFault(name: string, injectFaults: () => Promise<Tally | Tally[]>): void {
  Deno.test(name, async () => {
    for (const tally of [await injectFaults()].flat()) {
      if (tally.skipped !== "") console.log(`${tally.name}: skipped, ${tally.skipped}`);
      else if (tally.trials === 0) throw new Error(`${tally.name} has no trials`);
      assertNoFailures(tally);
    }
  });
}

testFault(
  "a run killed while it writes a checkpoint or evaluates resumes to the same bytes",
  () => killTraining(bench, PRETRAIN, 2, "SIGKILL", ["writing a checkpoint", "evaluating"]),
);
testFault(
  "a run that is stopped by a signal saves, and resumes to the same bytes",
  () => killTraining(bench, PRETRAIN, 1, "SIGTERM", ["after a checkpoint"]),
);
testFault(
  "fine-tuning killed while it writes a checkpoint or evaluates resumes to the same bytes",
  () => killTraining(bench, FINETUNE, 2, "SIGKILL", ["writing a checkpoint", "evaluating"]),
);
testFault(
  "vocab train killed during writing gives the same bytes when run again",
  () => killFolderCommand(bench, VOCABULARY, 3, "SIGKILL"),
);
testFault(
  "a command whose worker cannot be loaded falls back or ends with the name of the worker",
  () => loseWorkers(bench),
);
testFault("two processes cannot use the same run folder", () => twoOwners(bench, [true]));
testFault(
  "damaged settings and shards are rejected",
  async () => [
    ...(await damageRun(bench, 1, ["run.json"], [])).slice(0, 1),
    await damageData(bench, 1, /shard/),
  ],
);
testFault(
  "a full disk is reported with the name of the file, and the run resumes to the same bytes",
  () => fillUnderRun(bench, PRETRAIN, [1, 3, 60]),
);
testFault("a clock that is set back does not change the bytes", () => setClockBack(bench));
testFault(
  "a device that is lost during a step ends the run with one message",
  () => loseDevice(bench, 1),
);
testFault(
  "a kernel of the update that writes NaN never reaches a checkpoint",
  () => spoilKernels(bench, 1, /lamb_apply|clip/),
);
