import { albertCommand } from "./common.ts";
import glue from "./finetune/glue.ts";
import race from "./finetune/race.ts";
import squad from "./finetune/squad.ts";
import text from "./finetune/text.ts";

/** `albert finetune` */
export default albertCommand()
  .description(
    "Finetune a checkpoint on a benchmark.\nThe run folder holds settings, events, checkpoints and predictions.",
  )
  .command("glue", glue)
  .command("race", race)
  .command("squad", squad)
  .command("text", text);
