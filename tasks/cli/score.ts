import { albertCommand } from "./common.ts";
import glue from "./score/glue.ts";
import race from "./score/race.ts";
import squad from "./score/squad.ts";

/** `albert score` */
export default albertCommand()
  .description("Official metrics of a predictions file, without a model.")
  .command("glue", glue)
  .command("race", race)
  .command("squad", squad);
