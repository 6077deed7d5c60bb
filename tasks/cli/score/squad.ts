import { albertCommand } from "../common.ts";

/** `albert score squad` */
export default albertCommand()
  .description("The numbers of SQuAD's evaluation scripts, 1.1 or 2.0 as the gold file says.")
  .arguments("<gold:string> <predictions:string>")
  .option("--na-prob <file:string>", "No-answer scores by question id (2.0): null_odds.json.")
  .option("--na-prob-thresh <x:number>", "Above this score an answer counts as none.", {
    default: 1,
  })
  .option("--strict", "Stop where gold and predictions do not fit, instead of counting.")
  .example(
    "SQuAD 2.0 with the best threshold",
    "albert score squad dev-v2.0.json predictions.json --na-prob null_odds.json",
  )
  .action(async (options, gold, predictions) => {
    const { scoreSquad } = await import("./squad_files.ts");
    const { writeTable } = await import("../../../src/benchmarks/squad/metric/mod.ts");
    const metrics = await scoreSquad(gold, predictions, {
      noAnswerFile: options.naProb,
      threshold: options.naProbThresh,
      strict: options.strict ?? false,
      warn: (sentence) => options.quiet || console.error(`albert: ${sentence}`),
    });
    console.log(writeTable(Object.entries(metrics)).trimEnd());
  });
