/**
 * Plans, runs and reports the paper's experiments. Requires Deno's file access.
 *
 * @module
 */
export * from "./check/check_run.ts";
export { fillExperiment, type Selection } from "./cells.ts";
export * from "./data/manifest.ts";
export * from "./data/prepare_data.ts";
export * from "./jobs/address.ts";
export { runFolder } from "./jobs/context.ts";
export * from "./jobs/cost.ts";
export * from "./jobs/job.ts";
export type { RunnerSettings } from "./jobs/local_runner.ts";
export * from "./jobs/row_jobs.ts";
export * from "./jobs/run_jobs.ts";
export * from "./jobs/runners.ts";
export * from "./jobs/shard.ts";
export * from "./jobs/store.ts";
export { findLesson, type Lesson, LESSONS } from "./lessons/lesson.ts";
export { writeLesson } from "./lessons/lesson_files.ts";
export { LiveLesson } from "./lessons/lesson_page.ts";
export { type LessonRequest, runLesson } from "./lessons/lesson_run.ts";
export { lessonOutcome, type LessonState } from "./lessons/lesson_state.ts";
export { outcomeText } from "./lessons/lesson_words.ts";
export * from "./paper_run.ts";
export * from "./plan.ts";
export { writePaperReport } from "./report/write_report.ts";
export { MIN_SEEDS } from "./statistics.ts";
export * from "./status.ts";
