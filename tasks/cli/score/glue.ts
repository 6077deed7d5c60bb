import { EnumType } from "@cliffy/command";
import { GLUE_TASK_NAMES } from "../../../src/benchmarks/glue/tasks.ts";
import { albertCommand } from "../common.ts";

/** `albert score glue` */
export default albertCommand()
  .description(
    "GLUE's metrics of a predictions file, or of a folder of them with the GLUE score.",
  )
  .type("task", new EnumType(GLUE_TASK_NAMES))
  .arguments("<gold:string> <predictions:string>")
  .option("--task <name:task>", "Which task; told from the file names where absent.")
  .example("One task", "albert score glue glue/RTE/dev.tsv predictions/RTE.tsv")
  .example("All that a folder holds", "albert score glue glue predictions")
  .action(async ({ task, quiet }, gold, predictions) => {
    const { scoreGlue } = await import("./glue_files.ts");
    const scores = await scoreGlue(gold, predictions, task, (sentence) => {
      if (!quiet) console.error(`albert: ${sentence}`);
    });
    console.log(JSON.stringify(scores));
  });
