import { albertCommand } from "../common.ts";
import { addExperimentFlags, type ExperimentFlags } from "./flags.ts";
import { withUsage } from "./usage_action.ts";

/** Flags of `paper plan`. */
export type PaperPlanFlags = ExperimentFlags & {
  output?: string;
  ranks?: number;
  bandwidth?: number;
  measure: boolean;
};

/** `albert paper plan` */
export default addExperimentFlags(
  albertCommand()
    .description("What experiments will take: runs, arithmetic, memory, disk, hours here.")
    .arguments("[experiments...:string]")
    .option("--output <folder:string>", "Leave out what is done in this folder of paper run.")
    .option("--ranks <n:integer>", "Also with the batch divided over so many devices.", {
      depends: ["bandwidth"],
    })
    .option("--bandwidth <x:number>", "GB/s from one device to the next.", { depends: ["ranks"] })
    .option("--no-measure", "Leave the device alone: no hours."),
)
  .example("A table on this machine", "albert paper plan table-4 --preset gpu-day")
  .example(
    "On eight devices",
    "albert paper plan table-2 --preset paper --ranks 8 --bandwidth 50",
  )
  .action(async (flags: PaperPlanFlags, ...experiments: string[]) => {
    const { planPaper } = await import("./plan_paper.ts");
    await withUsage(() => planPaper(flags, experiments));
  });
