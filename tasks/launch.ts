/**
 * The launcher behind every task of `deno.json`: `tasks/launch.ts TOOL [arguments…]`.
 *
 * It checks the Deno version, finds JSR's packages or their stand-ins, installs a Vulkan driver and a BLAS library if it
 * can, and runs the tool. It forwards signals and returns the tool's exit code. It imports no package, so that it runs wherever Deno runs.
 * Any number of copies may run at the same time.
 *
 * @module
 */
import { checkVersion } from "../src/files/deno_version.ts";
import { childEnvironment, runChild } from "./launch/child.ts";
import { fetchPackages, prepareConfig } from "./launch/config.ts";
import { isDue, usableCacheFolder } from "./launch/files.ts";
import { ensureLibraries } from "./launch/system.ts";
import { needsOf, toolCommand, TOOLS, workingFolder } from "./launch/tools.ts";

/** Runs a tool and returns its exit code. */
async function launch([name, ...args]: string[]): Promise<number> {
  const tool = TOOLS[name];
  if (!tool) {
    console.error(
      `launch: unknown tool "${name}", expected one of ${Object.keys(TOOLS).join(", ")}`,
    );
    return 2;
  }
  const problem = checkVersion(Deno.version.deno);
  if (problem) {
    console.error(problem);
    return 1;
  }
  // Under mpirun or srun, only the first process logs.
  const log = isFollower() ? () => {} : (line: string) => console.error(line);
  const note = args.includes("--quiet") ? () => {} : log;
  const notices: string[] = [];
  const config = await prepareConfig((line) => notices.push(line));
  if (note === log && notices.length > 0 && await isDue(`${await usableCacheFolder()}/notice`)) {
    notices.forEach(log);
  }
  await fetchPackages(name, tool.script, config, note);
  await ensureLibraries(needsOf(name, args), note);
  return await runChild(
    toolCommand(tool, config, args),
    workingFolder(tool),
    await childEnvironment(),
  );
}

/** Whether this is a process of rank 1 or higher under a cluster's launcher. */
function isFollower(): boolean {
  const ranks = ["OMPI_COMM_WORLD_RANK", "PMI_RANK", "SLURM_PROCID"];
  return ranks.some((name) => Number(Deno.env.get(name)) > 0);
}

if (import.meta.main) {
  const code = await launch(Deno.args).catch((error) => {
    console.error(`launch: ${error.message}`);
    return 1;
  });
  Deno.exit(code);
}
