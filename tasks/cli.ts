/**
 * The `albert` command: `deno task albert …` in a checkout,
 * `deno run -A jsr:@albert-lab/albert/cli …` anywhere else.
 *
 * @module
 */
import { followLauncher } from "./cli/interrupt.ts";
import { runCli } from "./cli/run.ts";

export { runCli };

if (import.meta.main) {
  followLauncher();
  // Workers and a device may still hold the event loop: the command is done all the same.
  Deno.exit(await runCli(Deno.args));
}
