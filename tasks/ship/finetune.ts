/**
 * Fine-tunes the pretrained model, and the same model with random weights, for the table of its card.
 *
 * @module
 */
import { findGlueFile, readRows } from "../../src/benchmarks/glue/disk.ts";
import {
  glueMetrics,
  glueTaskDefinition,
  type GlueTaskName,
  trainBagOfWords,
} from "../../src/benchmarks/mod.ts";
import { atomicWriteFile, ifExists } from "../../src/files/mod.ts";
import { SLIDING_WINDOW } from "../../src/report/mod.ts";
import { readEvents } from "../../src/train/disk.ts";
import { describeShippedModel, SHIPPED_MODEL } from "../../src/weights/mod.ts";
import { runCli } from "../cli/run.ts";
import { isFinished } from "../demo/results.ts";
import { readResults, RECORD_FILES, RECORDS } from "./card.ts";
import { type FinetuningResult, MODELS, TABLE_TASKS, type TableTask } from "./results_table.ts";

const SEEDS = [42, 43, 44];

/** What to run. */
export interface FinetuningRequest {
  /** Folder with `glue` and `squad/v1.1`, each in its official layout. */
  readonly data: string;
  /** Folder of the runs. */
  readonly work: string;
  /** Names of the tasks; all by default. */
  readonly tasks?: readonly string[];
  /** What to run of `pretrained`, `untrained` and `baseline`; all by default. */
  readonly models?: readonly string[];
  readonly device: string;
}

/**
 * Runs what is missing in the records, and adds each result to them when its run is finished. An interrupted run is resumed.
 *
 * @returns whether all runs were finished
 */
export async function finetuneForCard(request: FinetuningRequest): Promise<boolean> {
  const { sha256 } = describeShippedModel();
  const known = await readResults(sha256);
  const chosen = TABLE_TASKS.filter(({ name }) => request.tasks?.includes(name) ?? true);
  const jobs = [...[null], ...SEEDS].flatMap((seed) =>
    chosen.flatMap((task) =>
      MODELS.filter((model) => request.models?.includes(model) ?? true)
        .filter((model) => (model === "baseline") === (seed === null))
        .map((model) => ({ task, model, seed }))
    )
  );
  for (const { task, model, seed } of jobs) {
    const isKnown = known.some((result) =>
      result.task === task.name && result.model === model && result.seed === seed
    );
    if (isKnown) continue;
    const metrics = seed === null
      ? await baseline(task, request)
      : await finetune(task, model === "untrained", seed, request, sha256);
    if (metrics === null) return false;
    await addResult({
      ...{ task: task.name, model, seed, metrics },
      sha256: model === "pretrained" ? sha256 : null,
      flags: task.flags,
    });
    console.error(
      `${task.name}, ${model}${seed === null ? "" : `, seed ${seed}`}: ${JSON.stringify(metrics)}`,
    );
  }
  return true;
}

/**
 * Adds a line to the records. They are replaced as a whole, so that a kill or a full disk leaves no part of a line, and a part that is there is dropped.
 *
 * @param folder folder of the records
 */
export async function addResult(
  result: FinetuningResult,
  folder: string = RECORDS,
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const path = `${folder}/${RECORD_FILES.finetuning}`;
  const text = await ifExists(Deno.readTextFile(path)) ?? "";
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  await atomicWriteFile(path, `${whole}${JSON.stringify(result)}\n`);
}

/** Trains a model to the end. Returns its last metrics, or null if it was interrupted. */
async function finetune(
  task: TableTask,
  untrained: boolean,
  seed: number,
  { data, work, device }: FinetuningRequest,
  sha256: string,
): Promise<Record<string, number> | null> {
  const weights = untrained ? "untrained" : sha256.slice(0, 8);
  const output = `${work}/${task.name}-${weights}-${seed}`;
  const resume = await ifExists(Deno.stat(`${output}/checkpoints/latest`)) !== null;
  const source = task.name === "squad"
    ? ["squad", "--data", `${data}/squad/v1.1`, "--train-file", await squadTraining(data, work)]
    : ["glue", "--task", task.name, "--data", `${data}/glue`];
  const code = await runCli([
    ...["finetune", ...source, "--checkpoint", SHIPPED_MODEL, "--output", output],
    ...[...task.flags, "--seed", `${seed}`, "--device", device, "--quiet"],
    // Only the evaluation at the end counts; those on the way would take a quarter of the time.
    ...["--eval-steps", `${Number.MAX_SAFE_INTEGER}`, "--save-steps", "100"],
    ...(untrained ? ["--from-scratch"] : []),
    ...(resume ? ["--resume"] : []),
  ]);
  if (code !== 0) throw new Error(`albert finetune ended with exit code ${code}`);
  if (!await isFinished(output)) return null;
  const names = Object.keys(task.metrics).map((name) => `eval_${name}`);
  const last = (await readEvents(output)).findLast((event) => names.every((name) => name in event));
  if (last === undefined) {
    throw new Error(`${output} has no evaluation with ${names.join(" and ")}`);
  }
  return Object.fromEntries(
    Object.keys(task.metrics).map((name) => {
      const value = Number(last[`eval_${name}`]);
      return [name, task.name === "squad" ? value : 100 * value];
    }),
  );
}

/** Joins the training files of SQuAD 1.1 in a folder: `train-v1.1.json`, and questions about other articles than those of the dev set. */
async function squadTraining(data: string, work: string): Promise<string> {
  const folder = `${data}/squad/v1.1`;
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => /^train.*\.json$/.test(name)).sort();
  const parts = await Promise.all(
    names.map(async (name) => JSON.parse(await Deno.readTextFile(`${folder}/${name}`))),
  );
  await Deno.mkdir(work, { recursive: true });
  const path = `${work}/squad-train.json`;
  const joined = { version: "1.1", data: parts.flatMap((part) => part.data) };
  await Deno.writeTextFile(path, JSON.stringify(joined));
  return path;
}

async function baseline(
  { name }: TableTask,
  { data }: FinetuningRequest,
): Promise<Record<string, number>> {
  if (name === "squad") return { ...SLIDING_WINDOW };
  const definition = glueTaskDefinition(name as GlueTaskName);
  const [{ dev }] = definition.splits;
  const rowsOf = async (split: "train" | "dev", file: string) =>
    await readRows(definition, split, await findGlueFile(definition, `${data}/glue`, file), {
      log: console.error,
    });
  const train = await rowsOf("train", "train.tsv"), test = await rowsOf("dev", dev);
  const classOf = trainBagOfWords(train);
  const metrics = glueMetrics(
    definition,
    test.map(({ label }) => label!),
    test.map(({ texts }) => classOf(texts)),
  );
  return Object.fromEntries(Object.entries(metrics).map(([key, value]) => [key, 100 * value]));
}
