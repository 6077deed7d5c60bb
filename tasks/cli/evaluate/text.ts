import { albertCommand } from "../common.ts";
import { addEvaluateFlags, type EvaluateFlags } from "./flags.ts";

/** `albert evaluate text` */
export default addEvaluateFlags(
  albertCommand().description(
    "Predict classes of your own with a checkpoint of finetune text: DATA holds dev.tsv or test.tsv\nwith a header that names text (or sentence1 and sentence2); where it names label, metrics too.",
  ),
)
  .example(
    "What nobody has sorted yet",
    "albert evaluate text --data requests --split test --checkpoint runs/requests --output sorted",
  )
  .action(async (flags: EvaluateFlags) => {
    const { evaluateText } = await import("./text_run.ts");
    await evaluateText(flags);
  });
