import { albertCommand } from "../common.ts";
import { addExperimentFlags, type ExperimentFlags } from "./flags.ts";
import { withUsage } from "./usage_action.ts";

/** Flags of `paper run`. */
export type PaperRunFlags = ExperimentFlags & {
  output: string;
  data?: string;
  results?: string;
  standIn?: string[];
  without?: string[];
  jobs: number;
  keepModels?: true;
  maxTime?: string;
};

/** `albert paper run`: experiments in, a folder of runs and results out. */
export default addExperimentFlags(
  albertCommand()
    .description(
      "Run the paper's experiments.\nStopped or killed, the same command goes on; what is done is not done again.",
    )
    .arguments("[experiments...:string]")
    .option("--output <folder:string>", "Where runs and results go.", { required: true })
    .option("--data <folder:string>", "Folder with text, glue, squad, race; smoke makes its own.")
    .option(
      "--results <folder:string>",
      "Kept results: taken from there and copied there (docs/results/PRESET in a checkout).",
    )
    .option("--stand-in <parts...:string>", "Parts that stand in for others, to mark: race/high.")
    .option("--without <parts...:string>", "Parts of the data to leave out: race/high, mnli.")
    .option("--jobs <n:integer>", "Jobs at a time, each in a thread of its own.", { default: 1 })
    .option("--keep-models", "Keep finetuned weights too.")
    .option("--max-time <time:string>", "Save and stop after 90s, 30m, 2h."),
)
  .example("Everything, in a minute or two", "albert paper run all --preset smoke --output paper")
  .example(
    "Two tables, three seeds",
    "albert paper run table-4 table-5 --preset nano --data data --seeds 3 --output paper",
  )
  .action(async (flags: PaperRunFlags, ...experiments: string[]) => {
    const { runPaper } = await import("./run_paper.ts");
    await withUsage(() => runPaper(flags, experiments));
  });
