import { defineCommand } from "./command.ts";

/** `albert report` */
export default defineCommand({
  description: "Write the report of a run, or one page that compares several runs.\n" +
    "The page overlays the curves and lists the settings that differ.",
  arguments: "<run...>",
  options: {
    "--output <file>": {
      kind: "string",
      help: "HTML file to write.",
      defaultText: "RUN/report.html, or comparison.html for several runs",
    },
  },
  examples: {
    "One run": "albert report runs/books",
    "Two runs": "albert report runs/lamb runs/adamw --output optimizers.html",
  },
  action: async (flags, ...runs) => {
    const { writeReport } = await import("./report/run.ts");
    await writeReport({ ...flags, runs });
  },
});
