import { albertCommand } from "./common.ts";
import glue from "./evaluate/glue.ts";

/** `albert evaluate` */
export default albertCommand()
  .description("Predict with a finetuned checkpoint: metrics and official prediction files.")
  .command("glue", glue);
