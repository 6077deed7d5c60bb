import { EnumType } from "@cliffy/command";
import { albertCommand } from "../common.ts";
import { LEVELS } from "../finetune/race.ts";

/** `albert score race` */
export default albertCommand()
  .description("RACE's accuracies of a predictions file: a question and its letter a line.")
  .type("split", new EnumType(["train", "dev", "test"] as const))
  .type("level", new EnumType(LEVELS))
  .arguments("<gold:string> <predictions:string>")
  .option("--split <name:split>", "Part of the release, where GOLD is all of it.", {
    default: "dev" as const,
  })
  .option("--level <name:level>", "Kind of school.", { default: "all" as const })
  .example("The dev set", "albert score race RACE predictions/RACE.tsv")
  .action(async ({ split, level }, gold, predictions) => {
    const { loadRace } = await import("../../../src/benchmarks/race/disk.ts");
    const { raceAccuracy, readRacePredictions } = await import(
      "../../../src/benchmarks/race/mod.ts"
    );
    const { levelsOf } = await import("../finetune/race_run.ts");
    const { questions } = await loadRace(gold, split, levelsOf(level));
    const text = await Deno.readTextFile(predictions);
    const answers = readRacePredictions(questions, text, predictions);
    console.log(JSON.stringify(raceAccuracy(questions, answers)));
  });
