/**
 * What `albert evaluate text` does.
 *
 * @module
 */
import { readRows, readTextTask } from "../../../src/benchmarks/glue/disk.ts";
import { glueMetrics, writePredictions } from "../../../src/benchmarks/glue/mod.ts";
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { ConfigError } from "../../../src/model/mod.ts";
import { readConfig, resolveCheckpoint } from "../../../src/train/disk.ts";
import { downloadProgress } from "../download_progress.ts";
import type { EvaluateFlags } from "../evaluate.ts";
import { predictRows, tellMetrics } from "./glue_run.ts";

/** Predicts a file; prints metrics where it has labels. */
export async function evaluateText(flags: EvaluateFlags): Promise<void> {
  const say = (sentence: string) => flags.quiet || console.error(`albert: ${sentence}`);
  const path = `${flags.data}/${flags.split}.tsv`;
  const [checkpoint, ...others] = flags.checkpoint;
  // Once: a model of the hub is checked against its sums each time.
  const folder = await resolveCheckpoint(checkpoint, downloadProgress(flags));
  const definition = await readTextTask(path, await classesOf(folder));
  const labeled = definition.labeled.length > 0;
  const rows = await readRows(definition, labeled ? "dev" : "test", path, { log: say });
  const answers = await predictRows(definition, rows, {
    ...flags,
    checkpoint: [folder, ...others],
  });
  const file = `${flags.output}/${definition.splits[0].submission}`;
  await Deno.mkdir(flags.output, { recursive: true });
  await atomicWriteFile(file, writePredictions(definition, rows, answers));
  if (!labeled) return console.log(file);
  const metrics = glueMetrics(definition, rows.map(({ label }) => label!), answers);
  await tellMetrics(definition.name, metrics, flags);
}

/** The classes that a model tells apart, by their ids. */
async function classesOf(folder: string): Promise<string[]> {
  const names = (await readConfig(folder)).extra?.id2label;
  if (typeof names === "object" && names !== null) {
    return Object.values(names as Record<string, string>);
  }
  throw new ConfigError(
    `${folder}/config.json names no classes (id2label): give a checkpoint of finetune text`,
  );
}
