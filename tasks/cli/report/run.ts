/**
 * What `albert report` does once its words are read.
 *
 * @module
 */
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { comparisonPage, readRun, runPage } from "../../../src/report/mod.ts";

/** Words and flags of the command. */
export interface ReportFlags {
  readonly runs: readonly string[];
  readonly output?: string;
  readonly json?: boolean;
}

/** Reads the runs, writes the page, says where. */
export async function writeReport({ runs, output, json }: ReportFlags): Promise<void> {
  const records = [];
  for (const run of runs) records.push(await readRun(run));
  const single = records.length === 1;
  const page = single ? await runPage(records[0]) : await comparisonPage(records);
  const path = output ??
    (single ? `${runs[0].replace(/[/\\]+$/, "")}/report.html` : "comparison.html");
  await atomicWriteFile(path, page);
  if (!json) return console.log(path);
  const described = records.map(({ name, step, events, lastEvaluation }) => ({
    name,
    step,
    events,
    evaluation: lastEvaluation,
  }));
  console.log(JSON.stringify({ report: path, runs: described }));
}
