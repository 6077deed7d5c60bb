import { ValidationError } from "@cliffy/command";
import { albertCommand } from "../common.ts";
import { addFinetuneFlags, type FinetuneFlags } from "./flags.ts";

/** `albert finetune text` */
export default addFinetuneFlags(
  albertCommand().description(
    "Finetune on classes of your own: DATA holds train.tsv and dev.tsv with a header,\nthe columns text (or sentence1 and sentence2) and label.",
  ),
)
  .example(
    "Classes of support requests",
    "albert finetune text --data requests --checkpoint hf:albert/albert-base-v2 --output runs/requests",
  )
  .action(async (flags: FinetuneFlags) => {
    const { finetuneText } = await import("./text_run.ts");
    const { UsageError } = await import("../run_flags.ts");
    try {
      await finetuneText(flags);
    } catch (error) {
      if (error instanceof UsageError) throw new ValidationError(error.message, { exitCode: 2 });
      throw error;
    }
  });
