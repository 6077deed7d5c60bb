/**
 * What `albert evaluate glue` does.
 *
 * @module
 */
import { findGlueFile, readRows } from "../../../src/benchmarks/glue/disk.ts";
import {
  encodeRow,
  glueAnswers,
  GlueFileError,
  glueHead,
  glueMetrics,
  type GlueRow,
  type GlueTaskDefinition,
  glueTaskDefinition,
  inLabelOrder,
  labelOrder,
  SUBMISSION_FILES,
  submissionZip,
  writePredictions,
} from "../../../src/benchmarks/glue/mod.ts";
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { metricText } from "../progress.ts";
import { meanLogits } from "./ensemble.ts";
import type { EvaluateFlags, EvaluateGlueFlags } from "../evaluate.ts";

/** Predicts the files of a split; prints metrics where there are labels. */
export async function evaluateGlue(flags: EvaluateGlueFlags): Promise<void> {
  const definition = glueTaskDefinition(flags.task);
  const say = (sentence: string) => flags.quiet || console.error(`albert: ${sentence}`);
  const metrics: Record<string, number> = {};
  const files = new Map<string, string>();
  for (const { name, dev, test, submission } of definition.splits) {
    const file = flags.split === "dev" ? dev : test;
    const path = await findGlueFile(definition, flags.data, file).catch((error) => {
      // MNLI's matched file alone is enough.
      if (name === "" || !(error instanceof GlueFileError)) throw error;
      say(`${error.message}; it is left out`);
      return null;
    });
    if (path === null) continue;
    const rows = await readRows(definition, flags.split, path, { log: say });
    const answers = await predictRows(definition, rows, flags);
    files.set(submission, writePredictions(definition, rows, answers));
    if (flags.split === "test") continue;
    const gold = rows.map(({ label }) => label!);
    for (const [metric, value] of Object.entries(glueMetrics(definition, gold, answers))) {
      metrics[name === "" ? metric : `${metric}_${name}`] = value;
    }
  }
  await Deno.mkdir(flags.output, { recursive: true });
  for (const [name, text] of files) await atomicWriteFile(`${flags.output}/${name}`, text);
  if (flags.split === "dev") await tellMetrics(flags.task, metrics, flags);
  if (flags.zip) await packSubmission(flags.output, say);
  if (flags.split === "test") {
    console.log([...files.keys()].map((name) => `${flags.output}/${name}`).join("\n"));
  }
}

/** Writes a task's metrics beside its predictions and prints them. */
export async function tellMetrics(
  task: string,
  metrics: Readonly<Record<string, number>>,
  { output, json }: EvaluateFlags,
): Promise<void> {
  const lines = `${JSON.stringify(metrics, null, 2)}\n`;
  await atomicWriteFile(`${output}/${task}.metrics.json`, lines);
  console.log(json ? JSON.stringify(metrics) : `${task}: ${metricText(metrics)}`);
}

/** The answer to each row of one file: a class, or a score. */
export async function predictRows(
  definition: GlueTaskDefinition,
  rows: readonly GlueRow[],
  flags: EvaluateFlags,
): Promise<number[]> {
  const logits = await meanLogits(flags.checkpoint, flags, {
    head: glueHead(definition),
    batchSize: flags.batchSize,
    maxSeqLength: flags.maxSeqLength,
    encode: ({ tokenizer, maxSeqLength }) =>
      rows.map((row) => encodeRow(row, tokenizer, maxSeqLength)),
    arrange: (row, config) => inLabelOrder(row, labelOrder(definition, config)),
  });
  return glueAnswers(definition, rows, logits);
}

/** Packs the prediction files that a folder holds into `submission.zip`. */
async function packSubmission(folder: string, say: (sentence: string) => void): Promise<void> {
  const found = new Map<string, string>();
  for (const name of SUBMISSION_FILES) {
    const text = await Deno.readTextFile(`${folder}/${name}`).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    });
    if (text !== null) found.set(name, text);
  }
  await atomicWriteFile(`${folder}/submission.zip`, submissionZip(found));
  const missing = SUBMISSION_FILES.filter((name) => !found.has(name));
  if (missing.length > 0) say(`${folder}/submission.zip still lacks ${missing.join(", ")}`);
}
