import { EnumType, ValidationError } from "@cliffy/command";
import { albertCommand } from "../common.ts";
import { addFinetuneFlags, type FinetuneFlags } from "./flags.ts";

/** What `--task` may say. */
export const GLUE_TASKS = [
  "cola",
  "sst-2",
  "mrpc",
  "sts-b",
  "qqp",
  "mnli",
  "qnli",
  "rte",
  "wnli",
] as const;

/** Flags of `albert finetune glue`. */
export type GlueFlags = FinetuneFlags & { task?: typeof GLUE_TASKS[number] };

/** `albert finetune glue` */
export default addFinetuneFlags(
  albertCommand()
    .description("Finetune on one of GLUE's tasks from its official TSV files.")
    .type("task", new EnumType(GLUE_TASKS))
    .option("--task <name:task>", "Which task."),
)
  .example(
    "RTE as the paper does it",
    "albert finetune glue --task rte --data glue --checkpoint hf:albert/albert-base-v2 --output runs/rte --recipe paper",
  )
  .example(
    "From an MNLI run",
    "albert finetune glue --task rte --data glue --init-from runs/mnli --output runs/rte",
  )
  .action(async (flags: GlueFlags) => {
    const { finetuneGlue } = await import("./glue_run.ts");
    const { UsageError } = await import("../run_flags.ts");
    try {
      await finetuneGlue(flags);
    } catch (error) {
      if (error instanceof UsageError) throw new ValidationError(error.message, { exitCode: 2 });
      throw error;
    }
  });
