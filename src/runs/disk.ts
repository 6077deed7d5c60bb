/**
 * Run folders: the lock, the logs, and the marks that let a resumed run continue them. Needs Deno's file access.
 *
 * @module
 */
export * from "./json_lines.ts";
export * from "./line_marks.ts";
export * from "./run_folder.ts";
