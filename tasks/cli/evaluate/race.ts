import { EnumType } from "@cliffy/command";
import { albertCommand } from "../common.ts";
import { LEVELS } from "../finetune/race.ts";
import { addEvaluateFlags, type EvaluateFlags } from "./flags.ts";

/** Flags of `albert evaluate race`. */
export type EvaluateRaceFlags = EvaluateFlags & { level: typeof LEVELS[number] };

/** `albert evaluate race` */
export default addEvaluateFlags(
  albertCommand()
    .description("Answer RACE with a finetuned checkpoint: accuracies and a letter a question.")
    .type("level", new EnumType(LEVELS))
    .option("--level <name:level>", "Kind of school.", { default: "all" as const }),
)
  .example(
    "The test set",
    "albert evaluate race --data RACE --checkpoint runs/race --split test --output predictions",
  )
  .action(async (flags: EvaluateRaceFlags) => {
    const { evaluateRace } = await import("./race_run.ts");
    await evaluateRace(flags);
  });
