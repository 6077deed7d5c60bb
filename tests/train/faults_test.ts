// A short version of `deno task test:faults`: nothing may be lost.
import { fillUnderRun } from "../faults/disk.ts";
import { damageData, damageRun, setClockBack } from "../faults/damage.ts";
import { loseDevice, spoilKernels } from "../faults/device_faults.ts";
import { killFolderCommand, VOCABULARY } from "../faults/file_kills.ts";
import { twoOwners } from "../faults/owners.ts";
import { FINETUNE } from "../faults/finetuning.ts";
import { PRETRAIN } from "../faults/pretraining.ts";
import { killTraining } from "../faults/training_kills.ts";
import { assertNothingLost, type Tally } from "../faults/tally.ts";
import { Workbench } from "../faults/workbench.ts";

const bench = await Workbench.make(1, 150);
globalThis.addEventListener("unload", () => Deno.removeSync(bench.folder, { recursive: true }));

/** Registers a test that tries faults and says how often. */
function nothingIsLost(name: string, tryFaults: () => Promise<Tally | Tally[]>): void {
  Deno.test(name, async () => {
    for (const tally of [await tryFaults()].flat()) {
      if (tally.skipped !== "") console.log(`${tally.name}: skipped, ${tally.skipped}`);
      else if (tally.tries === 0) throw new Error(`${tally.name} was not tried`);
      assertNothingLost(tally);
    }
  });
}

nothingIsLost(
  "a run killed while it writes a checkpoint or evaluates is resumed to the same bytes",
  () => killTraining(bench, PRETRAIN, 2, "SIGKILL", ["writing a checkpoint", "evaluating"]),
);
nothingIsLost(
  "a run that is told to stop saves, and is resumed to the same bytes",
  () => killTraining(bench, PRETRAIN, 1, "SIGTERM", ["after a checkpoint"]),
);
nothingIsLost(
  "finetuning killed while it writes a checkpoint or evaluates is resumed to the same bytes",
  () => killTraining(bench, FINETUNE, 2, "SIGKILL", ["writing a checkpoint", "evaluating"]),
);
nothingIsLost(
  "vocab train killed while it writes is done again to the same bytes",
  () => killFolderCommand(bench, VOCABULARY, 3, "SIGKILL"),
);
nothingIsLost("two processes cannot have one folder", () => twoOwners(bench, [true]));
nothingIsLost(
  "damaged settings and shards are never taken for whole ones",
  async () => [
    ...(await damageRun(bench, 1, ["run.json"], [])).slice(0, 1),
    await damageData(bench, 1, /shard/),
  ],
);
nothingIsLost(
  "a full disk under a run is told by the file's name, and costs nothing",
  () => fillUnderRun(bench, PRETRAIN, [1, 3, 60]),
);
nothingIsLost("a clock set back changes no byte", () => setClockBack(bench));
nothingIsLost("a device lost in mid-step ends a run in one sentence", () => loseDevice(bench, 1));
nothingIsLost(
  "a kernel of the update that writes NaN never reaches a checkpoint",
  () => spoilKernels(bench, 1, /lamb_apply|clip/),
);
