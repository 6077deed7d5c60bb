/**
 * The records of a run that need no file access.
 *
 * @module
 */
export * from "./review.ts";
