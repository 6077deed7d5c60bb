/**
 * The work of `albert score glue` and `albert score squad`.
 *
 * @module
 */
import { findGlueFile, readRows } from "../../src/benchmarks/glue/disk.ts";
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
} from "../../src/benchmarks/glue/mod.ts";
import {
  evaluateSquadV1,
  evaluateSquadV2,
  type GoldQuestion,
  type Predictions,
  readNumbers,
  readTexts,
  SquadScoreError,
  type SquadV1Metrics,
  type SquadV2Metrics,
} from "../../src/benchmarks/squad/metric/mod.ts";
import { readSquad, type SquadDataset } from "../../src/benchmarks/squad/reader.ts";
import { logTo } from "./progress.ts";
import type { ScoreGlueFlags, ScoreSquadFlags } from "./score.ts";

type Log = (line: string) => void;

/** Returns the metrics of one file; of a folder those of each task, and the GLUE score if all nine tasks are there. */
export async function scoreGlue(
  flags: ScoreGlueFlags,
  gold: string,
  predictions: string,
): Promise<Record<string, unknown>> {
  const log = logTo(flags);
  if ((await Deno.stat(predictions)).isDirectory) return await scoreFolder(gold, predictions, log);
  const definition = glueTaskDefinition(flags.task ?? taskOfFiles(gold, predictions));
  const file = (await Deno.stat(gold)).isDirectory
    ? await findGlueFile(definition, gold, splitOf(definition, predictions).dev)
    : gold;
  return await scoreFile(definition, file, predictions, log);
}

async function scoreFile(
  definition: GlueTaskDefinition,
  gold: string,
  predictions: string,
  log: Log,
): Promise<Record<string, number>> {
  const rows = await readRows(definition, "dev", gold, { log });
  const text = await Deno.readTextFile(predictions);
  const answers = readPredictions(definition, rows, text, predictions);
  return glueMetrics(definition, rows.map(({ label }) => label!), answers);
}

async function scoreFolder(
  gold: string,
  predictions: string,
  log: Log,
): Promise<Record<string, unknown>> {
  const tasks = new Map<string, TaskMetrics>();
  for (const name of GLUE_TASK_NAMES) {
    const definition = glueTaskDefinition(name);
    for (const split of definition.splits) {
      const path = `${predictions}/${split.submission}`;
      if (!await Deno.stat(path).then(({ isFile }) => isFile, () => false)) continue;
      const file = await findGlueFile(definition, gold, split.dev);
      const metrics = Object.entries(await scoreFile(definition, file, path, log)).map((
        [metric, value],
      ) => [split.name === "" ? metric : `${metric}_${split.name}`, value]);
      tasks.set(name, { ...tasks.get(name), ...Object.fromEntries(metrics) });
    }
  }
  if (tasks.size === 0) {
    throw new GlueFileError(
      `${predictions} has no prediction file such as CoLA.tsv or MNLI-m.tsv`,
    );
  }
  const score = glueScore(tasks);
  if (score === null) log("No GLUE score: predictions of some of the nine tasks are missing");
  return { ...Object.fromEntries(tasks), ...(score !== null && { glue_score: score }) };
}

/** Returns the task that a path names: `CoLA.tsv`, `MNLI-mm.tsv`, `RTE/dev.tsv`. */
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
    `Cannot infer the task from the name ${predictions}; use --task, or a name of the leaderboard such as CoLA.tsv`,
  );
}

function splitOf({ splits }: GlueTaskDefinition, predictions: string): { readonly dev: string } {
  return splits.find(({ submission }) => predictions.endsWith(submission)) ?? splits[0];
}

/** Scores a SQuAD predictions file against a gold file. */
export async function scoreSquad(
  flags: ScoreSquadFlags,
  goldFile: string,
  predictionsFile: string,
): Promise<SquadV1Metrics | SquadV2Metrics> {
  const log = logTo(flags);
  const { naProb: noAnswerFile, naProbThresh: threshold } = flags;
  const dataset = await read(goldFile, readSquad);
  const predictions = await read(predictionsFile, readTexts);
  const scores = noAnswerFile === undefined ? undefined : await read(noAnswerFile, readNumbers);
  for (const sentence of mismatches(dataset, predictions, goldFile, predictionsFile)) {
    if (flags.strict) throw new SquadScoreError(sentence);
    log(sentence);
  }
  const gold: GoldQuestion[] = dataset.questions.map(({ id, answers }) => ({
    id,
    answers: answers.map(({ text }) => text),
  }));
  try {
    if (dataset.version === "2.0") return evaluateSquadV2(gold, predictions, { scores, threshold });
    if (scores !== undefined) log(`Ignoring ${noAnswerFile}: ${goldFile} is SQuAD 1.1`);
    return evaluateSquadV1(gold, predictions);
  } catch (error) {
    if (!(error instanceof SquadScoreError)) throw error;
    throw new SquadScoreError(`Cannot score ${predictionsFile} on ${goldFile}: ${error.message}`);
  }
}

function* mismatches(
  { version, questions, repeated }: SquadDataset,
  predictions: Predictions,
  goldFile: string,
  predictionsFile: string,
): Generator<string> {
  const ids = new Set(questions.map(({ id }) => id));
  const missing = [...ids].filter((id) => !predictions.has(id));
  const unknown = [...predictions.keys()].filter((id) => !ids.has(id));
  if (missing.length > 0) {
    yield `${predictionsFile} has no answer for ${missing.length} of ${ids.size} questions, first ${
      missing[0]
    }: they ${version === "2.0" ? "are skipped" : "score 0"}`;
  }
  if (unknown.length > 0) {
    yield `${predictionsFile} has ${unknown.length} ids that are not in ${goldFile}, first ${
      unknown[0]
    }: they are ignored`;
  }
  if (repeated !== undefined) yield `${goldFile}: ${repeated.first} (${repeated.count} in all)`;
}

/** Reads a UTF-8 file; errors name it. */
async function read<T>(path: string, parse: (text: string) => T): Promise<T> {
  const bytes = await Deno.readFile(path);
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new SquadScoreError(`${path} is not valid UTF-8`);
  }
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof SquadScoreError || error instanceof SyntaxError) {
      throw new SquadScoreError(`${path}: ${error.message}`);
    }
    throw error;
  }
}
