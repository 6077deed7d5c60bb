/**
 * Files on a disk: atomic writes, checksums and locks. Needs Deno; modules that also run in browsers do not import it.
 *
 * @module
 */
export * from "./atomic_write.ts";
export * from "./cache_folder.ts";
export * from "./checksum.ts";
export * from "./deno_version.ts";
export * from "./if_exists.ts";
export * from "./owner_lock.ts";
export * from "./sealed_json.ts";
