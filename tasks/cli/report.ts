import { albertCommand } from "./common.ts";

/** `albert report`: run folders in, one page out. */
export default albertCommand()
  .description(
    "Draw the report of a run, or one page that compares several.\n" +
      "Curves lie over each other; settings that differ stand in a table.",
  )
  .arguments("<run...:string>")
  .option("--output <file:string>", "The page (RUN/report.html; comparison.html for several).")
  .example("One run", "albert report runs/books")
  .example("Two runs", "albert report runs/lamb runs/adamw --output optimizers.html")
  .action(async ({ output, json }, ...runs) => {
    const { writeReport } = await import("./report/run.ts");
    await writeReport({ runs: runs as string[], output, json });
  });
