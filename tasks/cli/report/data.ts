/**
 * The report that `albert prepare --stats` leaves beside the shards.
 *
 * @module
 */
import { openShards } from "../../../src/data/disk/mod.ts";
import { ExampleDataset, exampleSettings, exampleStatistics } from "../../../src/data/mod.ts";
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { type CountedExamples, dataPage, runName } from "../../../src/report/mod.ts";

/** Length of the examples that are counted: short enough that small data has some. */
const LENGTH = 128;
/** How many of them: enough for two digits, and a second's work. */
const EXAMPLES = 2000;

/** Counts and draws; returns the page's path. */
export async function writeDataReport(folder: string, seed: number): Promise<string> {
  const { corpus, index } = await openShards(folder);
  const dataset = new ExampleDataset(corpus, exampleSettings(LENGTH), seed);
  const count = Math.min(EXAMPLES, dataset.examplesInEpoch(0));
  const examples: CountedExamples | null = count === 0
    ? null
    : { statistics: exampleStatistics(dataset, count), maxSeqLength: LENGTH };
  const path = `${folder.replace(/[/\\]+$/, "")}/report.html`;
  await atomicWriteFile(path, await dataPage(runName(folder), index, examples));
  return path;
}
