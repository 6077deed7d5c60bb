import { defineCommand, defineGroup } from "./command.ts";
import { type Flags, type OptionTable, PORTS, THREADS } from "./options.ts";

/** Accepted by `--preset`, from seconds to weeks. */
export const PRESETS = ["smoke", "stories", "nano", "gpu-day", "paper"] as const;

/** Options of `paper run` and `paper plan`. */
const EXPERIMENT_OPTIONS = {
  "--preset <name>": { kind: PRESETS, help: "Size of the experiments.", required: true },
  "--seeds <n>": {
    kind: "integer",
    help: "Number of consecutive seeds per cell.",
    range: [1],
    default: 1,
  },
  "--finetune-runs <n>": {
    kind: "integer",
    help: "Fine-tuning runs per model; a cell gets their median.",
    range: [1],
    default: 1,
  },
  "--benchmarks <names...>": {
    kind: "strings",
    help: "Benchmarks to fine-tune on; none runs pretraining and intrinsic metrics only.",
    defaultText: "the preset's",
  },
  "--rows <names...>": {
    kind: "strings",
    help: "Rows of the tables to run, such as 128-all-shared 128-not-shared.",
    defaultText: "all rows",
  },
  "--shard <part>": {
    kind: "string",
    help: "Part of the jobs to run: 1/2 is the first half.",
    defaultText: "all jobs",
  },
} as const satisfies OptionTable;

const PLAN_OPTIONS = {
  ...EXPERIMENT_OPTIONS,
  "--output <folder>": {
    kind: "string",
    help: "Folder of paper run; jobs that are done there are not counted.",
  },
  "--ranks <n>": {
    kind: "integer",
    help: "Also estimate the time on N devices that share each batch.",
    range: [1],
    depends: ["bandwidth"],
  },
  "--bandwidth <x>": {
    kind: "number",
    help: "Bandwidth between two devices in GB/s.",
    depends: ["ranks"],
  },
  "--no-measure": { kind: "off", help: "Do not benchmark the device; omit the hours." },
} as const satisfies OptionTable;

const RUN_OPTIONS = {
  ...EXPERIMENT_OPTIONS,
  "--output <folder>": { kind: "string", help: "Folder for runs and results.", required: true },
  "--data <folder>": {
    kind: "string",
    help: "Folder with text, glue, squad and race; the presets smoke and stories create their own.",
  },
  "--results <folder>": {
    kind: "string",
    help: "Folder of published results to reuse and to add to.",
    defaultText: "docs/results/PRESET in a checkout",
  },
  "--stand-in <parts...>": {
    kind: "strings",
    help: "Parts of the data to mark as substitutes for the official files, such as race/high.",
  },
  "--without <parts...>": {
    kind: "strings",
    help: "Parts of the data to leave out, such as race/high or mnli.",
  },
  "--jobs <n>": {
    kind: "integer",
    help: "Jobs to run at once, each in a thread.",
    range: [1, THREADS[1]],
    default: 1,
  },
  "--keep-models": { kind: "switch", help: "Keep the weights of fine-tuned models." },
  "--max-time <time>": { kind: "duration", help: "Save and stop after this time: 90s, 30m, 2h." },
} as const satisfies OptionTable;

const CHECK_OPTIONS = {
  "--preset <name>": { kind: PRESETS, help: "Size of the experiments.", required: true },
  "--output <folder>": {
    kind: "string",
    help: "Folder for the results, PRESET.json and PRESET.md.",
    required: true,
  },
  "--max-time <time>": { kind: "duration", help: "Stop after this time: 90s, 30m, 2h." },
} as const satisfies OptionTable;

/** Option of `paper report` and `paper status`. */
const PUBLISHED_OPTION = {
  "--results <folder>": {
    kind: "string",
    help: "Folder of published results.",
    defaultText: "docs/results/PRESET in a checkout",
  },
} as const satisfies OptionTable;

const REPORT_OPTIONS = {
  "--output <folder>": {
    kind: "string",
    help: "Folder of paper run; the report is written to its folder report.",
    required: true,
  },
  "--preset <name>": {
    kind: PRESETS,
    help: "Preset of the published results to report if --output has no runs.",
  },
  ...PUBLISHED_OPTION,
  "--selection <name>": {
    kind: ["best", "last"],
    help: "Fine-tuned checkpoint to report: best on the dev set, or last.",
    default: "best",
  },
  "--publish": {
    kind: "switch",
    help: "Also copy Markdown and SVG files to the published results.",
  },
} as const satisfies OptionTable;

/** Flags of `paper run` and `paper plan`. */
export type ExperimentFlags = Flags<typeof EXPERIMENT_OPTIONS>;
export type PaperPlanFlags = Flags<typeof PLAN_OPTIONS>;
export type PaperRunFlags = Flags<typeof RUN_OPTIONS>;
const LESSON_OPTIONS = {
  "--output <folder>": {
    kind: "string",
    help: "Folder for the runs and the page.",
    defaultText: "lessons/NAME",
  },
  "--input <files...>": {
    kind: "strings",
    help: "Text to learn from, of at least 20 documents.",
    defaultText: "generated stories",
  },
  "--seeds <n>": {
    kind: "integer",
    help: "Number of seeds; a verdict needs at least 3.",
    range: [1],
    default: 3,
  },
  "--steps <n>": {
    kind: "integer",
    help: "Optimizer steps of each run.",
    range: [1],
    defaultText: "the lesson's",
  },
  "--no-page": { kind: "off", help: "Do not serve the live page." },
  "--port <n>": {
    kind: "integer",
    help: "Port of the live page on this machine.",
    range: PORTS,
    defaultText: "any free port",
  },
  "--max-time <time>": { kind: "duration", help: "Save and stop after this time: 90s, 30m, 2h." },
} as const satisfies OptionTable;

export type PaperLessonFlags = Flags<typeof LESSON_OPTIONS>;
export type PaperCheckFlags = Flags<typeof CHECK_OPTIONS>;
export type PaperReportFlags = Flags<typeof REPORT_OPTIONS>;

const list = defineCommand({
  description: "List the paper's tables and figures with the cost of each at every preset.",
  examples: { "All experiments": "albert paper list" },
  action: async (flags) => (await import("./paper_plan.ts")).listExperiments(flags),
});

const plan = defineCommand({
  description: "Estimate runs, arithmetic, memory, disk space and hours of experiments.",
  arguments: "[experiments...]",
  options: PLAN_OPTIONS,
  examples: {
    "A table on this machine": "albert paper plan table-4 --preset gpu-day",
    "On eight devices": "albert paper plan table-2 --preset paper --ranks 8 --bandwidth 50",
  },
  action: async (flags, ...experiments) =>
    (await import("./paper_plan.ts")).planPaper(flags, experiments),
});

const check = defineCommand({
  description:
    "Train the model of every row for two optimizer steps, or name the resource that is missing.\n" +
    "If it is interrupted, run the same command again. Steps that lacked a resource are repeated.",
  arguments: "[experiments...]",
  options: CHECK_OPTIONS,
  examples: {
    "All rows at the paper's sizes":
      "albert paper check all --preset paper --blas auto --output check",
  },
  action: async (flags, ...experiments) =>
    (await import("./paper_check.ts")).checkPaper(flags, experiments),
});

const run = defineCommand({
  description: "Run the paper's experiments.\n" +
    "If it is interrupted, run the same command again; finished jobs are not repeated.",
  arguments: "[experiments...]",
  options: RUN_OPTIONS,
  examples: {
    "Everything in a minute or two": "albert paper run all --preset smoke --output paper",
    "Two tables with three seeds":
      "albert paper run table-4 table-5 --preset nano --data data --seeds 3 --output paper",
  },
  action: async (flags, ...experiments) =>
    (await import("./paper_run.ts")).runPaper(flags, experiments),
});

const lesson = defineCommand({
  description:
    "Show one claim of the paper in about ten minutes: two models learn side by side on a live page.\n" +
    "Lessons: sharing, sentence-order, next-sentence, depth, dropout. Without a name, they are listed with their claims.\n" +
    "If it is interrupted, run the same command again.",
  arguments: "[lesson]",
  options: LESSON_OPTIONS,
  examples: {
    "The lessons": "albert paper lesson",
    "What sharing parameters costs": "albert paper lesson sharing",
    "On your own text": "albert paper lesson sentence-order --input books --output order",
  },
  action: async (flags, name) => (await import("./paper_lesson.ts")).runPaperLesson(flags, name),
});

const report = defineCommand({
  description:
    "Report finished experiments: tables and figures next to the paper's, and findings.\n" +
    "Writes report/index.html, README.md, and Markdown, CSV, LaTeX or SVG files of each.",
  options: REPORT_OPTIONS,
  examples: {
    "Your own runs": "albert paper report --output paper",
    "Results published with the project": "albert paper report --preset nano --output paper",
  },
  action: async (flags) => (await import("./paper_report.ts")).reportPaper(flags),
});

const status = defineCommand({
  description: "Print the progress of the jobs in a folder of paper run.",
  options: {
    "--output <folder>": { kind: "string", help: "Folder of paper run.", required: true },
    ...PUBLISHED_OPTION,
  },
  examples: { "Progress": "albert paper status --output paper" },
  action: async (flags) => (await import("./paper_plan.ts")).printStatus(flags),
});

/** `albert paper` */
export default defineGroup(
  "Reproduce the paper's tables and figures at several sizes, from seconds to weeks.\n" +
    "Experiments share runs. An interrupted run continues where it stopped.",
  { list, plan, check, lesson, run, report, status },
);
