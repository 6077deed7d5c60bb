/**
 * Data-parallel training: process groups, collective operations, and how the ranks of a run work together. The MPI implementation is in `mpi/`.
 *
 * @module
 */
export * from "./collectives.ts";
export * from "./compare_ranks.ts";
export * from "./data_parallel.ts";
export * from "./flat_buffers.ts";
export * from "./half.ts";
export * from "./process_group.ts";
export * from "./rank_commands.ts";
