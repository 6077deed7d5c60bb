/**
 * Files on a disk: atomic writes and checksums. This folder needs Deno's file access; what must
 * also run in a browser does not import it.
 *
 * @module
 */
export * from "./atomic_write.ts";
export * from "./cache_folder.ts";
export * from "./checksum.ts";
export * from "./if_exists.ts";
export * from "./leftovers.ts";
export * from "./owner_lock.ts";
export * from "./sealed_json.ts";
