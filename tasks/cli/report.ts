import { defineCommand } from "./command.ts";

/** `albert report` */
export default defineCommand({
  description: "Write the report of a run, or one page that compares several runs.\n" +
    "The page shows whether a run works, its curves and its settings.",
  arguments: "<run...>",
  options: {
    "--output <file>": {
      kind: "string",
      help: "File to write.",
      defaultText: "RUN/report.html, or comparison.html for several runs; csv and json are printed",
    },
    "--format <name>": {
      kind: ["html", "csv", "json"],
      help: "A page, all logged events as CSV, or verdict and results as JSON.",
      default: "html",
    },
  },
  examples: {
    "One run": "albert report runs/books",
    "Two runs": "albert report runs/lamb runs/adamw --output optimizers.html",
    "A table of all logged values": "albert report runs/books --format csv > books.csv",
  },
  action: async (flags, ...runs) => {
    const { atomicWriteFile, STANDARD_OUTPUT, writeAll } = await import("../../src/files/mod.ts");
    const { logTo } = await import("./progress.ts");
    const { comparisonPage, readRun, runPage, runSummary } = await import(
      "../../src/report/mod.ts"
    );
    const records = [];
    for (const run of runs) records.push(await readRun(run));
    if (flags.format !== "html") {
      const text = flags.format === "csv"
        ? await eventsOf(runs, records.map(({ name }) => name))
        : `${JSON.stringify(records.map(runSummary), null, 2)}\n`;
      if (flags.output === undefined) await writeAll(Deno.stdout, new TextEncoder().encode(text));
      else await atomicWriteFile(flags.output, text);
      return;
    }
    const single = records.length === 1;
    const page = single ? runPage(records[0]) : comparisonPage(records);
    const path = flags.output ??
      (single ? `${runs[0].replace(/[/\\]+$/, "")}/report.html` : "comparison.html");
    await atomicWriteFile(path, page);
    const print = path === STANDARD_OUTPUT ? logTo(flags) : console.log;
    if (!flags.json) return print(path);
    const described = records.map(({ name, step, events, lastEvaluation }) => ({
      name,
      step,
      events,
      evaluation: lastEvaluation,
    }));
    print(JSON.stringify({ report: path, runs: described }));
  },
});

/** All events of some runs as one table; of several runs, the first column is the name of the run. */
async function eventsOf(folders: readonly string[], names: readonly string[]): Promise<string> {
  const { eventsCsv, readEvents } = await import("../../src/runs/disk.ts");
  const all = [];
  for (const [i, folder] of folders.entries()) {
    for (const event of await readEvents(folder)) {
      all.push(folders.length > 1 ? { run: names[i], ...event } : event);
    }
  }
  return eventsCsv(all);
}
