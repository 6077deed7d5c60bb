/**
 * Reads the files of GLUE, SQuAD, RACE and token classification. Requires Deno's file access.
 *
 * @module
 */
export * from "./glue/disk.ts";
export * from "./race/disk.ts";
export { findOwnFile, holdOut, type OwnSplit } from "./own_data.ts";
export * from "./squad/disk.ts";
export * from "./tokens/disk.ts";
