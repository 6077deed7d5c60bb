/** The MPI launchers of this machine, and jobs of `albert` under them. */
import { prepareConfig } from "../../tasks/launch/config.ts";
import { ROOT } from "../../tasks/launch/files.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";

/** A launcher. */
export interface Mpirun {
  make: "Open MPI" | "MPICH";
  command: string;
  /** Flags that allow root, and more processes than cores. */
  flags: string[];
}

/** Exit code and output of a job. */
export interface JobOutcome {
  code: number;
  stdout: string;
  stderr: string;
}

/** Finds one launcher of each MPI implementation. */
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

/** Reason for skipping a test, for its name. */
export const NO_MPI = "mpirun not found; install Open MPI or MPICH";

/** A command line of `albert` and the number of ranks that run it. */
export interface JobPart {
  ranks: number;
  args: readonly string[];
  /** Path of `tasks/cli.ts`. Default: that of this checkout. */
  script?: string;
}

/** The arguments of `mpirun` for a job of several parts. */
export async function jobArgs({ flags }: Mpirun, parts: readonly JobPart[]): Promise<string[]> {
  const config = await prepareConfig(() => {});
  const own = `${ROOT}/${TOOLS.albert.script}`;
  const blocks = parts.map(({ ranks, args, script = own }) => [
    ...["-n", `${ranks}`, Deno.execPath()],
    ...toolCommand(TOOLS.albert, config, [...args]).map((arg) => arg === own ? script : arg),
  ]);
  return [...flags, ...blocks.flatMap((block, i) => i === 0 ? block : [":", ...block])];
}

/** Runs a job until it exits. */
export async function runJob(
  mpirun: Mpirun,
  parts: readonly JobPart[],
  env: Record<string, string> = {},
): Promise<JobOutcome> {
  const { code, stdout, stderr } = await new Deno.Command(mpirun.command, {
    args: await jobArgs(mpirun, parts),
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}
