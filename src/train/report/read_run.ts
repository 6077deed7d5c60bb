/**
 * Reading a run folder for its report. Needs Deno's file access.
 *
 * @module
 */
import { type RunEvent, RunFolderError } from "../run_folder.ts";
import { readJsonLines } from "../json_lines.ts";
import { type ReviewLine, RunRecord, type SampleLine, type TensorLine } from "./run_record.ts";

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
    const { checksum: _, ...settings } = JSON.parse(text);
    return settings;
  } catch {
    throw new RunFolderError(`${path} is no JSON; restore it to have a report of the run`);
  }
}

/** Adds what a run folder's files say to a record. */
export async function readHistory(folder: string, record: RunRecord): Promise<void> {
  for await (const events of readJsonLines<RunEvent>(`${folder}/events.jsonl`)) {
    for (const event of events) record.add(event);
  }
  for await (const lines of readJsonLines<SampleLine>(`${folder}/samples.jsonl`)) {
    for (const line of lines) record.samples.push(line);
  }
  for await (const lines of readJsonLines<TensorLine>(`${folder}/tensors.jsonl`)) {
    for (const line of lines) record.tensors.push(line);
  }
  for await (const lines of readJsonLines<ReviewLine>(`${folder}/reviews.jsonl`)) {
    record.review = lines.at(-1) ?? record.review;
  }
}

/** The last part of a path. */
export function runName(folder: string): string {
  return folder.split(/[/\\]+/).filter((part) => part !== "" && part !== ".").at(-1) ?? folder;
}
