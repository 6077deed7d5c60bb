import { assertEquals } from "@std/assert";
import { launchedBy } from "../../src/distributed/mpi/mod.ts";

Deno.test("launchedBy() returns null for a single process, even in a Slurm batch script", () => {
  assertEquals(launchedBy({ PATH: "/bin" }), null);
  assertEquals(launchedBy({ SLURM_NTASKS: "8", SLURM_PROCID: "0", SLURM_JOB_ID: "1" }), null);
  assertEquals(launchedBy({ OMPI_COMM_WORLD_SIZE: "1", OMPI_COMM_WORLD_RANK: "0" }), null);
});

Deno.test("launchedBy() recognizes each launcher by its environment variables", () => {
  const open = launchedBy({ OMPI_COMM_WORLD_SIZE: "4", OMPI_COMM_WORLD_RANK: "3", PMIX_RANK: "3" });
  assertEquals([open?.rank, open?.size, open?.implementations], [3, 4, ["Open MPI"]]);
  const mpich = launchedBy({ PMI_SIZE: "2", PMI_RANK: "1" });
  assertEquals([mpich?.rank, mpich?.size, mpich?.implementations], [1, 2, ["MPICH"]]);
  const slurm = launchedBy({ SLURM_STEP_NUM_TASKS: "16", SLURM_PROCID: "5" });
  assertEquals([slurm?.rank, slurm?.size], [5, 16]);
});

Deno.test("launchedBy() prefers mpirun to the Slurm step that started it", () => {
  const found = launchedBy({
    SLURM_STEP_NUM_TASKS: "2", // mpirun's daemons, one per machine
    SLURM_PROCID: "1",
    OMPI_COMM_WORLD_SIZE: "8",
    OMPI_COMM_WORLD_RANK: "5",
  });
  assertEquals([found?.rank, found?.size], [5, 8]);
});
