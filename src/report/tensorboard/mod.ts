/**
 * Event files that TensorBoard shows. Needs Deno's file access.
 *
 * @module
 */
export * from "./event_file.ts";
export type { EventContent } from "./event_message.ts";
export * from "./tags.ts";
