import { defineCommand, defineGroup } from "./command.ts";
import { GLUE_TASKS_AND_AX, LEVELS, levelsOf } from "./finetune_options.ts";
import type { Flags, OptionTable } from "./options.ts";

const GLUE_OPTIONS = {
  "--task <name>": {
    aliases: ["task-name"],
    kind: GLUE_TASKS_AND_AX,
    help: "GLUE task.",
    defaultText: "from the file names",
  },
} as const satisfies OptionTable;

const SQUAD_OPTIONS = {
  "--na-prob <file>": {
    kind: "string",
    help: "No-answer scores by question id (SQuAD 2.0), such as null_odds.json.",
  },
  "--na-prob-thresh <x>": {
    kind: "number",
    help: "No-answer score above which a question counts as unanswered.",
    default: 1,
  },
  "--strict": {
    kind: "switch",
    help: "Stop if questions and predictions do not match, instead of reporting how many.",
  },
} as const satisfies OptionTable;

/** Flags of `albert score glue`. */
export type ScoreGlueFlags = Flags<typeof GLUE_OPTIONS>;
/** Flags of `albert score squad`. */
export type ScoreSquadFlags = Flags<typeof SQUAD_OPTIONS>;

const glue = defineCommand({
  description:
    "Compute GLUE metrics of a predictions file, or of a folder of them with the GLUE score.",
  arguments: "<gold> <predictions>",
  options: GLUE_OPTIONS,
  examples: {
    "One task": "albert score glue glue/RTE/dev.tsv predictions/RTE.tsv",
    "All tasks in a folder": "albert score glue glue predictions",
  },
  action: async (flags, gold, predictions) => {
    const { scoreGlue } = await import("./score_run.ts");
    console.log(JSON.stringify(await scoreGlue(flags, gold, predictions)));
  },
});

const race = defineCommand({
  description: "Compute RACE accuracies of a predictions file.\n" +
    "Each line has the id of a question, a tab and a letter.",
  arguments: "<gold> <predictions>",
  options: {
    "--split <name>": {
      kind: ["train", "dev", "test"],
      help: "Split to score if GOLD is the whole release.",
      default: "dev",
    },
    "--level <name>": { kind: LEVELS, help: "School level of the passages.", default: "all" },
  },
  examples: { "The dev set": "albert score race RACE predictions/RACE.tsv" },
  action: async (flags, gold, predictions) => {
    const { loadRace } = await import("../../src/benchmarks/race/disk.ts");
    const { raceAccuracy, readRacePredictions } = await import(
      "../../src/benchmarks/race/mod.ts"
    );
    const { questions } = await loadRace(gold, flags.split, levelsOf(flags.level));
    const text = await Deno.readTextFile(predictions);
    const answers = readRacePredictions(questions, text, predictions);
    console.log(JSON.stringify(raceAccuracy(questions, answers)));
  },
});

const squad = defineCommand({
  description: "Compute SQuAD metrics of a predictions file, as the official scripts do.\n" +
    "The gold file determines the version, 1.1 or 2.0.",
  arguments: "<gold> <predictions>",
  options: SQUAD_OPTIONS,
  examples: {
    "SQuAD 2.0 with the best threshold":
      "albert score squad dev-v2.0.json predictions.json --na-prob null_odds.json",
  },
  action: async (flags, gold, predictions) => {
    const { scoreSquad } = await import("./score_run.ts");
    const { writeTable } = await import("../../src/benchmarks/squad/metric/mod.ts");
    const metrics = await scoreSquad(flags, gold, predictions);
    console.log(writeTable(Object.entries(metrics)).trimEnd());
  },
});

/** `albert score` */
export default defineGroup("Compute official metrics of a predictions file, without a model.", {
  glue,
  race,
  squad,
});
