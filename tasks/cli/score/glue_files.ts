/**
 * What `albert score glue` does.
 *
 * @module
 */
import { findGlueFile, readRows } from "../../../src/benchmarks/glue/disk.ts";
import {
  GLUE_TASK_NAMES,
  GlueFileError,
  glueMetrics,
  glueScore,
  type GlueTaskDefinition,
  glueTaskDefinition,
  type GlueTaskName,
  readPredictions,
  type TaskMetrics,
} from "../../../src/benchmarks/glue/mod.ts";

type Say = (sentence: string) => void;

/** Metrics of one file; of a folder those of each task, and the GLUE score once all nine are there. */
export async function scoreGlue(
  gold: string,
  predictions: string,
  task: GlueTaskName | undefined,
  say: Say,
): Promise<Record<string, unknown>> {
  if ((await Deno.stat(predictions)).isDirectory) return await scoreFolder(gold, predictions, say);
  const definition = glueTaskDefinition(task ?? taskOfFiles(gold, predictions));
  const file = (await Deno.stat(gold)).isDirectory
    ? await findGlueFile(definition, gold, splitOf(definition, predictions).dev)
    : gold;
  return await scoreFile(definition, file, predictions, say);
}

async function scoreFile(
  definition: GlueTaskDefinition,
  gold: string,
  predictions: string,
  say: Say,
): Promise<Record<string, number>> {
  const rows = await readRows(definition, "dev", gold, { log: say });
  const text = await Deno.readTextFile(predictions);
  const answers = readPredictions(definition, rows, text, predictions);
  return glueMetrics(definition, rows.map(({ label }) => label!), answers);
}

async function scoreFolder(
  gold: string,
  predictions: string,
  say: Say,
): Promise<Record<string, unknown>> {
  const tasks = new Map<string, TaskMetrics>();
  for (const name of GLUE_TASK_NAMES) {
    const definition = glueTaskDefinition(name);
    for (const split of definition.splits) {
      const path = `${predictions}/${split.submission}`;
      if (!await Deno.stat(path).then(({ isFile }) => isFile, () => false)) continue;
      const file = await findGlueFile(definition, gold, split.dev);
      const metrics = Object.entries(await scoreFile(definition, file, path, say)).map((
        [metric, value],
      ) => [split.name === "" ? metric : `${metric}_${split.name}`, value]);
      tasks.set(name, { ...tasks.get(name), ...Object.fromEntries(metrics) });
    }
  }
  if (tasks.size === 0) {
    throw new GlueFileError(
      `${predictions} holds no prediction file such as CoLA.tsv or MNLI-m.tsv`,
    );
  }
  const score = glueScore(tasks);
  if (score === null) {
    say("there is no GLUE score: predictions of some of the nine tasks are missing");
  }
  return { ...Object.fromEntries(tasks), ...(score !== null && { glue_score: score }) };
}

/** The task that a path speaks of: `CoLA.tsv`, `MNLI-mm.tsv`, `RTE/dev.tsv`. */
function taskOfFiles(gold: string, predictions: string): GlueTaskName {
  const parts = [...predictions.split(/[\\/]/).reverse(), ...gold.split(/[\\/]/).reverse()];
  for (const part of parts) {
    const name = GLUE_TASK_NAMES.find((candidate) => {
      const { folder, splits } = glueTaskDefinition(candidate);
      return part === folder || splits.some(({ submission }) => part === submission);
    });
    if (name !== undefined) return name;
  }
  throw new GlueFileError(
    `Cannot tell which task ${predictions} is of; say --task, or call it as the leaderboard does (CoLA.tsv)`,
  );
}

function splitOf({ splits }: GlueTaskDefinition, predictions: string): { readonly dev: string } {
  return splits.find(({ submission }) => predictions.endsWith(submission)) ?? splits[0];
}
