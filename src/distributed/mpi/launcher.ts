/**
 * Detects the MPI launcher that started this process, from environment variables.
 *
 * @module
 */

/** The launcher of this process and the process's place in the group. */
export interface Launched {
  /** Name of the launcher for messages. */
  readonly launcher: string;
  /** Number of the process, from 0. */
  readonly rank: number;
  /** Number of processes. */
  readonly size: number;
  /** MPI implementations that the launcher can start, the most likely first. */
  readonly implementations: readonly MpiImplementation[];
}

/** The two families of MPI libraries with a common binary interface. */
export type MpiImplementation = "Open MPI" | "MPICH";

/** Environment variables of the launchers. The first launcher whose size is set counts: `mpirun` comes before Slurm, which may have started it. */
const LAUNCHERS: readonly {
  launcher: string;
  rank: string;
  size: string;
  implementations: readonly MpiImplementation[];
}[] = [
  {
    launcher: "Open MPI's mpirun",
    rank: "OMPI_COMM_WORLD_RANK",
    size: "OMPI_COMM_WORLD_SIZE",
    implementations: ["Open MPI"],
  },
  {
    launcher: "MPICH's mpirun",
    rank: "PMI_RANK",
    size: "PMI_SIZE",
    implementations: ["MPICH"],
  },
  {
    launcher: "srun",
    rank: "SLURM_PROCID",
    // SLURM_NTASKS is also set in a batch script, which is a single process; this one is set only in a job step.
    size: "SLURM_STEP_NUM_TASKS",
    implementations: ["Open MPI", "MPICH"],
  },
];

/** Returns the launcher that started this process as one of several, or null if it runs alone. */
export function launchedBy(environment: Readonly<Record<string, string>>): Launched | null {
  for (const { launcher, rank, size: sizeVariable, implementations } of LAUNCHERS) {
    const size = Number(environment[sizeVariable] || undefined);
    if (!(size >= 1)) continue;
    return size === 1
      ? null
      : { launcher, rank: Number(environment[rank] ?? 0), size, implementations };
  }
  return null;
}
