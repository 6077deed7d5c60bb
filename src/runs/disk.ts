/**
 * Run folders: the lock, the logs and how a resumed run continues them, TensorBoard event files, profiles. Requires Deno's file access.
 *
 * @module
 */
export * from "./csv.ts";
export * from "./csv_log.ts";
export * from "./evaluation_ranking.ts";
export * from "./json_lines.ts";
export * from "./line_marks.ts";
export * from "./lines.ts";
export * from "./profile.ts";
export * from "./run_folder.ts";
export * from "./tensorboard.ts";
