/**
 * Workers whose functions are called like asynchronous functions. Imports nothing.
 *
 * @module
 */
export * from "./worker_call.ts";
