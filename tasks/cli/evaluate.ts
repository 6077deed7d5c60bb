import { albertCommand } from "./common.ts";
import glue from "./evaluate/glue.ts";
import race from "./evaluate/race.ts";
import squad from "./evaluate/squad.ts";
import text from "./evaluate/text.ts";

/** `albert evaluate` */
export default albertCommand()
  .description("Predict with a finetuned checkpoint: metrics and official prediction files.")
  .command("glue", glue)
  .command("race", race)
  .command("squad", squad)
  .command("text", text);
