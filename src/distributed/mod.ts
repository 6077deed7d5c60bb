/**
 * Many processes that compute together: what they say to each other, without how it is carried. That is in `mpi/`.
 *
 * @module
 */
export * from "./agree.ts";
export * from "./flat_buffers.ts";
export * from "./half.ts";
export * from "./one_process.ts";
export * from "./orders.ts";
export * from "./part.ts";
export * from "./ranks.ts";
export * from "./totals.ts";
export * from "./world.ts";
