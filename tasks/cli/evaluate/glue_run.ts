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
  glueTaskDefinition,
  inLabelOrder,
  labelOrder,
  writePredictions,
} from "../../../src/benchmarks/glue/mod.ts";
import { atomicWriteFile } from "../../../src/files/mod.ts";
import { metricText } from "../finetune/run.ts";
import { meanLogits } from "./ensemble.ts";
import type { EvaluateGlueFlags } from "./glue.ts";

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
    const rows = await readRows(definition, flags.split, path, { say });
    const logits = await meanLogits(flags.checkpoint, flags.device, {
      head: glueHead(definition),
      batchSize: flags.batchSize,
      maxSeqLength: flags.maxSeqLength,
      encode: ({ tokenizer, maxSeqLength }) =>
        rows.map((row) => encodeRow(row, tokenizer, maxSeqLength)),
      arrange: (row, config) => inLabelOrder(row, labelOrder(definition, config)),
    });
    const answers = glueAnswers(definition, rows, logits);
    files.set(submission, writePredictions(definition, rows, answers));
    if (flags.split === "test") continue;
    const gold = rows.map(({ label }) => label!);
    for (const [metric, value] of Object.entries(glueMetrics(definition, gold, answers))) {
      metrics[name === "" ? metric : `${name}/${metric}`] = value;
    }
  }
  await Deno.mkdir(flags.output, { recursive: true });
  for (const [name, text] of files) await atomicWriteFile(`${flags.output}/${name}`, text);
  if (flags.split === "dev") {
    await atomicWriteFile(
      `${flags.output}/${flags.task}.metrics.json`,
      `${JSON.stringify(metrics, null, 2)}\n`,
    );
    console.log(flags.json ? JSON.stringify(metrics) : `${flags.task}: ${metricText(metrics)}`);
  } else console.log([...files.keys()].map((name) => `${flags.output}/${name}`).join("\n"));
}
