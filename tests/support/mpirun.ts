/** The MPI launchers of this machine, and `albert` under them. */
import { prepareConfig } from "../../tasks/launch/config.ts";
import { ROOT } from "../../tasks/launch/files.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";

/** A launcher. */
export interface Mpirun {
  make: "Open MPI" | "MPICH";
  command: string;
  /** Words that let it run as root, and more processes than cores. */
  flags: string[];
}

/** How a job ended. */
export interface JobOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Every launcher whose make can be told; one of each. */
export async function findMpiruns(): Promise<Mpirun[]> {
  const found = new Map<string, Mpirun>();
  for (const command of ["mpirun", "mpirun.openmpi", "mpirun.mpich", "mpiexec.hydra"]) {
    const text = await versionOf(command);
    if (text.includes("Open MPI")) {
      const flags = ["--allow-run-as-root", "--oversubscribe"];
      if (!found.has("Open MPI")) found.set("Open MPI", { make: "Open MPI", command, flags });
    } else if (text.includes("HYDRA") && !found.has("MPICH")) {
      found.set("MPICH", { make: "MPICH", command, flags: [] });
    }
  }
  return [...found.values()];
}

async function versionOf(command: string): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(command, { args: ["--version"] }).output();
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Says in a test's name why it is not run. */
export const NO_MPI = "no mpirun here: install Open MPI or MPICH to try it";

/** So many copies of a command line of `albert`. */
export interface JobPart {
  ranks: number;
  words: readonly string[];
  /** Its `tasks/cli.ts`, where that is another than this checkout's. */
  script?: string;
}

/** The words of `mpirun` for a job of different parts side by side. */
export async function jobWords({ flags }: Mpirun, parts: readonly JobPart[]): Promise<string[]> {
  const config = await prepareConfig(() => {});
  const own = `${ROOT}/${TOOLS.albert.script}`;
  const blocks = parts.map(({ ranks, words, script = own }) => [
    ...["-n", `${ranks}`, Deno.execPath()],
    ...toolCommand(TOOLS.albert, config, [...words]).map((word) => word === own ? script : word),
  ]);
  return [...flags, ...blocks.flatMap((block, i) => i === 0 ? block : [":", ...block])];
}

/** Starts a job and waits for its end. */
export async function runJob(
  mpirun: Mpirun,
  parts: readonly JobPart[],
  env: Record<string, string> = {},
): Promise<JobOutcome> {
  const { code, stdout, stderr } = await new Deno.Command(mpirun.command, {
    args: await jobWords(mpirun, parts),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
