/**
 * Reading a run folder for its report. Needs Deno's file access.
 *
 * @module
 */
import { readProfile } from "./profile/disk.ts";
import { parseJsonObject } from "../json/mod.ts";
import { RunFolderError } from "../runs/disk.ts";
import { readJsonLines } from "../runs/disk.ts";
import { isReviewLine, isRunEvent, isSampleLine, isTensorLine } from "./line_shapes.ts";
import { RunRecord } from "./run_record.ts";

/**
 * Reads a run folder; of a run that was killed, what it had written. A `run.json` that somebody changed is shown as it is: only a run that goes on has to trust it.
 *
 * @param folder The run folder.
 * @throws {RunFolderError} when the folder holds no run.
 */
export async function readRun(folder: string): Promise<RunRecord> {
  const path = `${folder}/run.json`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new RunFolderError(
      error instanceof Deno.errors.NotFound
        ? `${folder} is no run folder: it has no run.json`
        : `Cannot read ${path}: ${(error as Error).message}`,
    );
  }
  const record = new RunRecord(runName(folder), settingsOf(path, text));
  await readHistory(folder, record);
  return record;
}

function settingsOf(path: string, text: string): Record<string, unknown> {
  try {
    const { checksum: _, ...settings } = parseJsonObject(text);
    return settings;
  } catch {
    throw new RunFolderError(`${path} is no JSON object; restore it to have a report of the run`);
  }
}

/** Adds what a run folder's files say to a record; lines of another shape are left out, as half lines are. */
export async function readHistory(folder: string, record: RunRecord): Promise<void> {
  for await (const lines of readJsonLines<unknown>(`${folder}/events.jsonl`)) {
    for (const line of lines) if (isRunEvent(line)) record.add(line);
  }
  for await (const lines of readJsonLines<unknown>(`${folder}/samples.jsonl`)) {
    for (const line of lines) if (isSampleLine(line)) record.samples.push(line);
  }
  for await (const lines of readJsonLines<unknown>(`${folder}/tensors.jsonl`)) {
    for (const line of lines) if (isTensorLine(line)) record.tensors.push(line);
  }
  for await (const lines of readJsonLines<unknown>(`${folder}/reviews.jsonl`)) {
    record.review = lines.filter(isReviewLine).at(-1) ?? record.review;
  }
  record.profile = await readProfile(folder);
}

/** The last part of a path. */
export function runName(folder: string): string {
  return folder.split(/[/\\]+/).filter((part) => part !== "" && part !== ".").at(-1) ?? folder;
}
