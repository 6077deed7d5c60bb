/**
 * What every task of `deno.json` goes through: `tasks/launch.ts TOOL [words…]`. It makes the machine
 * ready (Deno version, JSR packages or their stand-ins, a Vulkan driver) and then runs the tool,
 * handing on signals and the exit code. It imports no package, so it runs anywhere Deno does; many
 * copies may run at once.
 *
 * @module
 */
import { checkVersion } from "./launch/version.ts";
import { childEnvironment, runChild } from "./launch/child.ts";
import { prepareConfig } from "./launch/config.ts";
import { needsDevice, toolCommand, TOOLS, workingFolder } from "./launch/tools.ts";
import { ensureVulkan } from "./launch/vulkan.ts";

/** Runs a tool and returns its exit code. */
export async function launch([name, ...words]: string[]): Promise<number> {
  const tool = TOOLS[name];
  if (!tool) {
    console.error(
      `launch: unknown tool "${name}", expected one of ${Object.keys(TOOLS).join(", ")}`,
    );
    return 2;
  }
  const complaint = checkVersion(Deno.version.deno);
  if (complaint) {
    console.error(complaint);
    return 1;
  }
  // Of the copies that mpirun or srun starts one says what all would say.
  const say = isFollower() ? () => {} : (line: string) => console.error(line);
  const config = await prepareConfig(words.includes("--quiet") ? () => {} : say);
  if (needsDevice(name, words)) await ensureVulkan(say);
  return await runChild(
    toolCommand(tool, config, words),
    workingFolder(tool),
    await childEnvironment(),
  );
}

/** Whether a launcher of clusters says that this is another copy than the first. */
function isFollower(): boolean {
  const ranks = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"];
  return ranks.some((name) => Number(Deno.env.get(name)) > 0);
}

if (import.meta.main) Deno.exit(await launch(Deno.args));
