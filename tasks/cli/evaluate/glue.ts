import { EnumType } from "@cliffy/command";
import { GLUE_TASK_NAMES } from "../../../src/benchmarks/glue/tasks.ts";
import { albertCommand } from "../common.ts";
import { addEvaluateFlags, type EvaluateFlags } from "./flags.ts";

/** Flags of `albert evaluate glue`. */
export type EvaluateGlueFlags = EvaluateFlags & {
  task: typeof GLUE_TASK_NAMES[number];
  zip?: true;
};

/** `albert evaluate glue` */
export default addEvaluateFlags(
  albertCommand()
    .description("Predict a GLUE task with a finetuned checkpoint: metrics and submission files.")
    .type("task", new EnumType(GLUE_TASK_NAMES))
    .option("--task <name:task>", "Which task; ax takes an MNLI checkpoint.", { required: true })
    .option("--zip", "Pack the prediction files that OUTPUT holds into submission.zip."),
)
  .example(
    "The file for the leaderboard",
    "albert evaluate glue --task rte --data glue --checkpoint runs/rte --split test --output submission",
  )
  .action(async (flags: EvaluateGlueFlags) => {
    const { evaluateGlue } = await import("./glue_run.ts");
    await evaluateGlue(flags);
  });
