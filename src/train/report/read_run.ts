/**
 * Reading a run folder for its report. Needs Deno's file access.
 *
 * @module
 */
import { readRunSettings, RunFolderError } from "../run_folder.ts";
import { readJsonLines } from "../json_lines.ts";
import { RunRecord, type SampleLine, type TensorLine } from "./run_record.ts";
import type { RunEvent } from "../run_folder.ts";

/**
 * Reads a run folder; of a run that was killed, what it had written.
 *
 * @param folder The run folder.
 * @throws {RunFolderError} when the folder holds no run.
 */
export async function readRun(folder: string): Promise<RunRecord> {
  const settings = await readRunSettings(folder).catch((error) => {
    // A path through a file, a folder without the right to read it.
    throw error instanceof RunFolderError
      ? error
      : new RunFolderError(`Cannot read ${folder}: ${error.message}`);
  });
  if (settings === null) {
    throw new RunFolderError(`${folder} is no run folder: it has no run.json`);
  }
  const record = new RunRecord(runName(folder), settings);
  await readHistory(folder, record);
  return record;
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
}

/** The last part of a path. */
export function runName(folder: string): string {
  return folder.split(/[/\\]+/).filter((part) => part !== "" && part !== ".").at(-1) ?? folder;
}
