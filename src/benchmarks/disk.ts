/**
 * Reads the files of GLUE, SQuAD and RACE. Requires Deno's file access.
 *
 * @module
 */
export * from "./glue/disk.ts";
export * from "./race/disk.ts";
export * from "./squad/disk.ts";
