import { EnumType, ValidationError } from "@cliffy/command";
import { albertCommand } from "../common.ts";
import { addFinetuneFlags, type FinetuneFlags } from "./flags.ts";

/** Which part of RACE. */
export const LEVELS = ["all", "middle", "high"] as const;

/** Flags of `albert finetune race`. */
export type RaceFlags = FinetuneFlags & { level?: typeof LEVELS[number] };

/** `albert finetune race` */
export default addFinetuneFlags(
  albertCommand()
    .description("Finetune on RACE from the folders of its official release.")
    .type("level", new EnumType(LEVELS))
    .option("--level <name:level>", "Kind of school (all)."),
)
  .example(
    "As the paper does it",
    "albert finetune race --data RACE --checkpoint hf:albert/albert-base-v2 --output runs/race --recipe paper",
  )
  .action(async (flags: RaceFlags) => {
    const { finetuneRace } = await import("./race_run.ts");
    const { UsageError } = await import("../run_flags.ts");
    try {
      await finetuneRace(flags);
    } catch (error) {
      if (error instanceof UsageError) throw new ValidationError(error.message, { exitCode: 2 });
      throw error;
    }
  });
