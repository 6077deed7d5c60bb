import { EnumType } from "@cliffy/command";
import { albertCommand } from "../common.ts";
import { SQUAD_TASKS } from "../finetune/squad.ts";
import { addEvaluateFlags, type EvaluateFlags } from "./flags.ts";

/** Flags of `albert evaluate squad`. */
export type EvaluateSquadFlags = EvaluateFlags & {
  task?: typeof SQUAD_TASKS[number];
  devFile?: string;
  docStride?: number;
  maxQueryLength?: number;
  nBestSize?: number;
  maxAnswerLength?: number;
  nullThreshold?: number;
};

/** `albert evaluate squad` */
export default addEvaluateFlags(
  albertCommand()
    .description("Answer SQuAD with a finetuned checkpoint: metrics and the official files.")
    .type("version", new EnumType(SQUAD_TASKS))
    .option("--task <version:version>", "Which SQuAD, where the folder has both.")
    .option("--dev-file <file:string>", "Another file than the folder's own.")
    .option("--doc-stride <n:integer>", "Tokens from one window's start to the next (128).")
    .option("--max-query-length <n:integer>", "Tokens of a question, the rest is cut (64).")
    .option("--n-best-size <n:integer>", "Answers in nbest_predictions.json (20).")
    .option("--max-answer-length <n:integer>", "Most tokens of an answer (30).")
    .option("--null-threshold <x:number>", "No answer above this score (2.0); the best if absent."),
)
  .example(
    "The development set",
    "albert evaluate squad --task 2.0 --data squad --checkpoint runs/squad2 --output predictions",
  )
  .action(async (flags: EvaluateSquadFlags) => {
    const { evaluateSquad } = await import("./squad_run.ts");
    await evaluateSquad(flags);
  });
