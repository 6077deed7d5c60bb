import { defineCommand } from "./command.ts";

/** `albert runs` */
export default defineCommand({
  description: "List run folders: steps, best metric, tags, time and size; or compare them.\n" +
    "Folders are searched for run folders; without any, the folder runs.",
  arguments: "[folder...]",
  options: {
    "--compare": {
      kind: "switch",
      help: "Print the metrics of the runs next to each other, and the settings that differ.",
    },
    "--tags <words...>": { kind: "strings", help: "Only runs with all of these tags." },
    "--sort <field>": {
      kind: ["best", "name", "started", "time", "size"],
      help: "Order of the list.",
      default: "best",
    },
  },
  examples: {
    "All runs": "albert runs",
    "Two of them": "albert runs runs/lamb runs/adamw --compare",
  },
  action: async (flags, ...folders) => (await import("./runs_run.ts")).listRuns(flags, folders),
});
