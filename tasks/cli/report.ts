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
    const { atomicWriteFile } = await import("../../src/files/mod.ts");
    const { comparisonPage, readRun, runPage } = await import("../../src/report/mod.ts");
    const records = [];
    for (const run of runs) records.push(await readRun(run));
    const single = records.length === 1;
    const page = single ? runPage(records[0]) : comparisonPage(records);
    const path = flags.output ??
      (single ? `${runs[0].replace(/[/\\]+$/, "")}/report.html` : "comparison.html");
    await atomicWriteFile(path, page);
    if (!flags.json) return console.log(path);
    const described = records.map(({ name, step, events, lastEvaluation }) => ({
      name,
      step,
      events,
      evaluation: lastEvaluation,
    }));
    console.log(JSON.stringify({ report: path, runs: described }));
  },
});
