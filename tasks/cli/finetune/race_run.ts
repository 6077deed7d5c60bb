/**
 * What `albert finetune race` does.
 *
 * @module
 */
import { loadRace } from "../../../src/benchmarks/race/disk.ts";
import {
  RACE_PAPER_RECIPE,
  RACE_QUICK_RECIPE,
  type RaceExample,
  raceTask,
} from "../../../src/benchmarks/race/mod.ts";
import { FINETUNE_RACE_OPTIONS, levelsOf, type RaceFlags } from "../finetune_options.ts";
import { runFinetune } from "./run.ts";

/** Reads the folders and finetunes. */
export async function finetuneRace(given: RaceFlags): Promise<void> {
  await runFinetune<RaceFlags, RaceExample, Float32Array>(given, {
    options: FINETUNE_RACE_OPTIONS,
    recipe: ({ recipe }) => recipe === "paper" ? RACE_PAPER_RECIPE : RACE_QUICK_RECIPE,
    async makeTask({ flags, data, tokenizer, maxSeqLength }) {
      const levels = levelsOf(flags.level);
      const train = await loadRace(data, "train", levels);
      const dev = await loadRace(data, "dev", levels);
      return {
        task: raceTask(train.questions, dev.questions, tokenizer, maxSeqLength),
        dataSha256: `${train.sha256} ${dev.sha256}`,
      };
    },
  });
}
