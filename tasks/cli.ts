/**
 * The `albert` command: `deno task albert …` in a checkout,
 * `deno run -A jsr:@albert-lab/albert/cli …` elsewhere.
 *
 * @module
 */
import { checkVersion } from "../src/files/mod.ts";
import { followLauncher } from "./cli/interrupt.ts";
import { runCli } from "./cli/run.ts";
import { guardTerminal } from "./cli/terminal.ts";

export { runCli };

if (import.meta.main) {
  const problem = checkVersion(Deno.version.deno);
  if (problem !== undefined) {
    console.error(`albert: ${problem}`);
    Deno.exit(1);
  }
  guardTerminal();
  followLauncher();
  // Workers and a device may keep the event loop alive after the command ends.
  Deno.exit(await runCli(Deno.args));
}
