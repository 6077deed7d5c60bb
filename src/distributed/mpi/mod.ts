/**
 * The process group of an MPI job. Joining one needs `--allow-ffi`; a process that no launcher has started needs no permission.
 *
 * @module
 */
export * from "./launcher.ts";
export { LIBRARY_VARIABLE, MpiError } from "./library.ts";
export { joinProcessGroup } from "./process_group.ts";
