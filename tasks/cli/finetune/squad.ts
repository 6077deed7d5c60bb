import { EnumType, ValidationError } from "@cliffy/command";
import { albertCommand } from "../common.ts";
import { addFinetuneFlags, type FinetuneFlags } from "./flags.ts";

/** What `--task` may say. */
export const SQUAD_TASKS = ["1.1", "2.0"] as const;
/** What `--head` may say. */
export const SQUAD_HEADS = ["paper", "linear"] as const;

/** Flags of `albert finetune squad`. */
export type SquadFlags = FinetuneFlags & {
  task?: typeof SQUAD_TASKS[number];
  head?: typeof SQUAD_HEADS[number];
  trainFile?: string;
  devFile?: string;
  docStride?: number;
  maxQueryLength?: number;
  nBestSize?: number;
  maxAnswerLength?: number;
  nullThreshold?: number;
};

/** `albert finetune squad` */
export default addFinetuneFlags(
  albertCommand()
    .description("Finetune on SQuAD 1.1 or 2.0 from its official JSON files.")
    .type("version", new EnumType(SQUAD_TASKS))
    .type("head", new EnumType(SQUAD_HEADS))
    .option("--task <version:version>", "Which SQuAD, where the folder has both.")
    .option("--head <name:head>", "The paper's head, or Hugging Face's (paper).")
    .option("--train-file <file:string>", "Training file, in the place of the folder's own.")
    .option("--dev-file <file:string>", "Held-out file, in the place of the folder's own.")
    .option("--doc-stride <n:integer>", "Tokens from one window's start to the next (128).")
    .option("--max-query-length <n:integer>", "Tokens of a question, the rest is cut (64).")
    .option("--n-best-size <n:integer>", "Answers in nbest_predictions.json (20).")
    .option("--max-answer-length <n:integer>", "Most tokens of an answer (30).")
    .option("--null-threshold <x:number>", "No answer above this score (2.0); the best if absent."),
)
  .example(
    "SQuAD 2.0 as the paper does it",
    "albert finetune squad --task 2.0 --data squad --checkpoint hf:albert/albert-base-v2 --output runs/squad2 --recipe paper",
  )
  .action(async (flags: SquadFlags) => {
    const { finetuneSquad } = await import("./squad_run.ts");
    const { UsageError } = await import("../run_flags.ts");
    try {
      await finetuneSquad(flags);
    } catch (error) {
      if (error instanceof UsageError) throw new ValidationError(error.message, { exitCode: 2 });
      throw error;
    }
  });
