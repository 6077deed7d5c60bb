/**
 * What the launcher of a cluster says in the environment of every process that it starts.
 *
 * @module
 */

/** Who started this process, and as which of how many. */
export interface Launched {
  /** Named in messages. */
  readonly launcher: string;
  readonly rank: number;
  readonly size: number;
  /** Makes of MPI that it can start, the likeliest first. */
  readonly makes: readonly Make[];
}

/** The two families of MPI libraries. */
export type Make = "Open MPI" | "MPICH";

/** Variables of the launchers; the first whose size is there has started us. A launcher's own come before those of Slurm, which it may have been started by. */
const LAUNCHERS: readonly {
  launcher: string;
  rank: string;
  size: readonly string[];
  makes: readonly Make[];
}[] = [
  {
    launcher: "Open MPI's mpirun",
    rank: "OMPI_COMM_WORLD_RANK",
    size: ["OMPI_COMM_WORLD_SIZE"],
    makes: ["Open MPI"],
  },
  {
    launcher: "MPICH's mpirun",
    rank: "PMI_RANK",
    size: ["PMI_SIZE"],
    makes: ["MPICH"],
  },
  {
    launcher: "srun",
    rank: "SLURM_PROCID",
    // A batch script has SLURM_NTASKS too, but is one process: only a step counts.
    size: ["SLURM_STEP_NUM_TASKS"],
    makes: ["Open MPI", "MPICH"],
  },
];

/** Who started this process as one of several; null for a process by itself. */
export function launchedBy(environment: Readonly<Record<string, string>>): Launched | null {
  for (const { launcher, rank, size: sizes, makes } of LAUNCHERS) {
    const size = Number(sizes.map((name) => environment[name]).find((value) => value));
    if (!(size >= 1)) continue;
    return size === 1 ? null : { launcher, rank: Number(environment[rank] ?? 0), size, makes };
  }
  return null;
}
