/**
 * The `albert` command: `deno task albert …` in a checkout,
 * `deno run -A jsr:@albert-lab/albert/cli …` elsewhere.
 *
 * @module
 */
import { followLauncher } from "./cli/interrupt.ts";
import { runCli } from "./cli/run.ts";

export { runCli };

if (import.meta.main) {
  followLauncher();
  // Workers and a device may keep the event loop alive after the command ends.
  Deno.exit(await runCli(Deno.args));
}
