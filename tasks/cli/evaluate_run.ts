/**
 * The work of `albert evaluate glue`, `race` and `text`.
 *
 * @module
 */
import {
  findGlueFile,
  findTextFile,
  readRows,
  readTextTask,
} from "../../src/benchmarks/glue/disk.ts";
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
  type ProblemType,
  problemTypeOf,
  SUBMISSION_FILES,
  submissionZip,
  textMetrics,
  textPredictions,
  truncationNotice,
  writePredictions,
  writeTextPredictions,
} from "../../src/benchmarks/glue/mod.ts";
import { loadRace } from "../../src/benchmarks/race/disk.ts";
import {
  RACE_NOUN,
  RACE_PREDICTIONS,
  raceAccuracy,
  raceAnswers,
  raceExamples,
  raceHead,
  writeRacePredictions,
} from "../../src/benchmarks/race/mod.ts";
import { type Device, openDevice } from "../../src/device/mod.ts";
import { atomicWriteFile, ifExists } from "../../src/files/mod.ts";
import { ConfigError, type ModelConfig, namesOfClasses } from "../../src/model/mod.ts";
import type { Tokenizer } from "../../src/text/mod.ts";
import { readConfig } from "../../src/train/disk.ts";
import {
  type FinetuneExample,
  loadFinetuned,
  metricText,
  predictAll,
  type TaskHead,
  taskModel,
  trainedLength,
} from "../../src/train/mod.ts";
import { usage, UsageError } from "./errors.ts";
import type {
  EvaluateFlags,
  EvaluateGlueFlags,
  EvaluateRaceFlags,
  EvaluateTextFlags,
} from "./evaluate.ts";
import { levelsOf } from "./finetune_options.ts";
import { checkpointFolder, openCheckpoint, type OpenedCheckpoint } from "./open_checkpoint.ts";
import { logTo } from "./progress.ts";

/** Tokens per sequence if neither flag nor checkpoint gives a number. */
const DEFAULT_LENGTH = 512;

/** Predicts the files of a split; writes and prints metrics of the dev set. */
export async function evaluateGlue(flags: EvaluateGlueFlags): Promise<void> {
  const definition = glueTaskDefinition(flags.task);
  if (flags.zip && flags.maxEvalSamples !== undefined) {
    throw new UsageError("--zip packs files for the leaderboard: leave out --max-eval-samples");
  }
  const log = logTo(flags);
  const metrics: Record<string, number> = {};
  const files = new Map<string, string>();
  for (const { name, dev, test, submission } of definition.splits) {
    const file = flags.split === "dev" ? dev : test;
    const path = await findGlueFile(definition, flags.data, file).catch((error) => {
      // MNLI can be evaluated with its matched file alone.
      if (name === "" || !(error instanceof GlueFileError)) throw error;
      log(`Skipping a split: ${error.message}`);
      return null;
    });
    if (path === null) continue;
    const rows = firstOf(await readRows(definition, flags.split, path, { log }), flags);
    const answers = glueAnswers(definition, rows, await rowLogits(definition, rows, flags));
    files.set(submission, writePredictions(definition, rows, answers));
    if (flags.split === "test") continue;
    const gold = rows.map(({ label }) => label!);
    for (const [metric, value] of Object.entries(glueMetrics(definition, gold, answers))) {
      metrics[name === "" ? metric : `${metric}_${name}`] = value;
    }
  }
  await Deno.mkdir(flags.output, { recursive: true });
  for (const [name, text] of files) await atomicWriteFile(`${flags.output}/${name}`, text);
  if (flags.split === "dev") await reportMetrics(flags.task, metrics, flags);
  if (flags.zip) await packSubmission(flags.output, log);
  if (flags.split === "test") {
    console.log([...files.keys()].map((name) => `${flags.output}/${name}`).join("\n"));
  }
}

/** Answers the questions of a split; writes and prints the accuracies. */
export async function evaluateRace(flags: EvaluateRaceFlags): Promise<void> {
  const data = await loadRace(flags.data, flags.split, levelsOf(flags.level));
  const questions = firstOf(data.questions, flags);
  const logits = await meanLogits(flags, {
    head: raceHead,
    encode({ tokenizer, maxSeqLength }) {
      const examples = raceExamples(questions, tokenizer, maxSeqLength);
      return logTruncation(examples, maxSeqLength, flags, RACE_NOUN);
    },
    prepare: () => (scores) => scores,
  });
  const answers = raceAnswers(questions, logits);
  await Deno.mkdir(flags.output, { recursive: true });
  await atomicWriteFile(
    `${flags.output}/${RACE_PREDICTIONS}`,
    writeRacePredictions(questions, answers),
  );
  await reportMetrics("race", { ...raceAccuracy(questions, answers) }, flags);
}

/** Predicts the classes of a file; writes and prints metrics if it has labels. */
export async function evaluateText(flags: EvaluateTextFlags): Promise<void> {
  const path = await findTextFile(flags.data, flags.split);
  // Resolved once, because every download is verified by its checksum.
  const folders: string[] = [];
  for (const checkpoint of flags.checkpoint) {
    folders.push(await checkpointFolder(checkpoint, flags));
  }
  const { labels, type } = await classesOf(folders[0], labelsOf(flags));
  for (const [i, folder] of folders.entries()) {
    const other = problemTypeOf(await readConfig(folder), labels.length || 1);
    if (other === type) continue;
    throw new ConfigError(
      `Cannot average ${flags.checkpoint[0]} and ${flags.checkpoint[i]}: ` +
        `their problem_type is ${type} and ${other}; evaluate them one by one`,
    );
  }
  const definition = await readTextTask(path, labels, type);
  const labeled = definition.labeled.length > 0;
  const rows = firstOf(
    await readRows(definition, labeled ? "dev" : "test", path, { log: logTo(flags) }),
    flags,
  );
  const logits = await rowLogits(definition, rows, { ...flags, checkpoint: folders });
  const file = `${flags.output}/${definition.splits[0].submission}`;
  await Deno.mkdir(flags.output, { recursive: true });
  await atomicWriteFile(file, writeTextPredictions(definition, rows, logits));
  const records = textPredictions(definition, rows, logits)
    .map((prediction, i) =>
      `${JSON.stringify({ ...labelsOfRow(definition, rows[i]), ...prediction })}\n`
    );
  await atomicWriteFile(file.replace(/\.tsv$/, ".jsonl"), records.join(""));
  if (!labeled) return console.log(file);
  await reportMetrics(definition.name, textMetrics(definition, rows, logits), flags);
}

/** Returns the examples that `--max-eval-samples` selects. */
export function firstOf<T>(
  examples: readonly T[],
  { maxEvalSamples }: Pick<EvaluateFlags, "maxEvalSamples">,
): readonly T[] {
  return examples.slice(0, maxEvalSamples);
}

/** Writes metrics next to the predictions and prints them. */
export async function reportMetrics(
  task: string,
  metrics: Readonly<Record<string, number>>,
  flags: Pick<EvaluateFlags, "output" | "json">,
): Promise<void> {
  const lines = `${JSON.stringify(metrics, null, 2)}\n`;
  await atomicWriteFile(`${flags.output}/${task}.metrics.json`, lines);
  console.log(flags.json ? JSON.stringify(metrics) : `${task}: ${metricText(metrics)}`);
}

/** Returns index, texts and labels of a row. */
function labelsOfRow(
  { labels: names }: GlueTaskDefinition,
  { index, texts, label, labels }: GlueRow,
): Record<string, unknown> {
  if (labels !== undefined) return { index, texts, labels: labels.map((id) => names[id]) };
  return { index, texts, ...(label !== undefined && { label: names[label] ?? label }) };
}

/** Logs how many texts are longer than the sequences. */
function logTruncation<E extends FinetuneExample>(
  examples: readonly E[],
  maxSeqLength: number,
  flags: EvaluateFlags,
  noun?: string,
): readonly E[] {
  const notice = truncationNotice(examples, maxSeqLength, noun);
  if (notice !== null) logTo(flags)(`${notice}; --max-seq-length sets the length`);
  return examples;
}

/** Returns the logits of each row in the order of the task's labels. */
async function rowLogits(
  definition: GlueTaskDefinition,
  rows: readonly GlueRow[],
  flags: EvaluateFlags & { readonly labels?: string },
): Promise<Float32Array[]> {
  return await meanLogits(flags, {
    head: glueHead(definition),
    encode({ tokenizer, maxSeqLength }) {
      const examples = rows.map((row) => encodeRow(row, tokenizer, maxSeqLength));
      return logTruncation(examples, maxSeqLength, flags);
    },
    prepare(config, checkpoint) {
      const { positions, notice } = usage(() => labelOrder(definition, config, labelsOf(flags)));
      if (positions.length > 0) logTo(flags)(`${checkpoint}: ${notice}`);
      return (row) => inLabelOrder(row, positions);
    },
  });
}

/** Packs the prediction files of a folder into `submission.zip`. */
async function packSubmission(folder: string, log: (line: string) => void): Promise<void> {
  const found = new Map<string, string>();
  for (const name of SUBMISSION_FILES) {
    const text = await ifExists(Deno.readTextFile(`${folder}/${name}`));
    if (text !== null) found.set(name, text);
  }
  await atomicWriteFile(`${folder}/submission.zip`, submissionZip(found));
  const missing = SUBMISSION_FILES.filter((name) => !found.has(name));
  if (missing.length > 0) log(`${folder}/submission.zip is incomplete: no ${missing.join(", ")}`);
}

/** Returns the words of `--labels`. */
function labelsOf({ labels }: { readonly labels?: string }): string[] | undefined {
  return labels?.split(",").map((label) => label.trim());
}

/** Returns the classes of a model in the order of their ids, none for a regression, and what its outputs mean. */
async function classesOf(
  folder: string,
  given?: readonly string[],
): Promise<{ readonly labels: readonly string[]; readonly type: ProblemType }> {
  const config = await readConfig(folder);
  const classes = given ?? namesOfClasses(config);
  if (classes === undefined) {
    throw new ConfigError(
      `${folder}/config.json has no class names (id2label); name them with --labels, or use a checkpoint of finetune text`,
    );
  }
  const type = problemTypeOf(config, classes.length);
  if (type !== "regression") return { labels: classes, type };
  if (classes.length === 1) return { labels: [], type };
  throw new ConfigError(
    `${folder}/config.json has ${classes.length} scores per text, but evaluate text compares one; use predict classify`,
  );
}

/** How a checkpoint encodes text. */
interface TextEncoding {
  readonly tokenizer: Tokenizer;
  readonly maxSeqLength: number;
}

/** How examples become logits; encoded for every checkpoint, because tokenizers differ. */
interface LogitsRequest<E extends FinetuneExample> {
  readonly head: TaskHead<E, Float32Array>;
  encode(encoding: TextEncoding): readonly E[];
  /** Returns a function that reorders the logits of a checkpoint for the task. */
  prepare(config: ModelConfig, checkpoint: string): (logits: Float32Array) => Float32Array;
}

/** Returns the logits of every example, averaged over the checkpoints of the flags. */
async function meanLogits<E extends FinetuneExample>(
  flags: EvaluateFlags,
  request: LogitsRequest<E>,
): Promise<Float32Array[]> {
  const device = await openDevice({ device: flags.device, blas: flags.blas });
  try {
    let sum: Float32Array[] | null = null;
    for (const checkpoint of flags.checkpoint) {
      const opened = await openCheckpoint(checkpoint, flags);
      const logits = await logitsOf(device, opened, flags, request, checkpoint);
      sum = sum === null
        ? logits
        : sum.map((row, i) => row.map((value, k) => value + logits[i][k]));
    }
    return sum!.map((row) => row.map((value) => value / flags.checkpoint.length));
  } finally {
    await device.destroy();
  }
}

async function logitsOf<E extends FinetuneExample>(
  device: Device,
  { config, weights, tokenizer }: OpenedCheckpoint,
  flags: EvaluateFlags,
  { head, encode, prepare }: LogitsRequest<E>,
  checkpoint: string,
): Promise<Float32Array[]> {
  const arrange = prepare(config, checkpoint);
  const trained = trainedLength(config, DEFAULT_LENGTH);
  const length = Math.min(flags.maxSeqLength ?? trained, config.maxPositionEmbeddings);
  const model = taskModel(device, config, head, { trainable: false });
  try {
    loadFinetuned(model, head, weights);
    const examples = encode({ tokenizer, maxSeqLength: length });
    const logits = await predictAll(device, model, head, examples, flags.batchSize, length);
    return logits.map(arrange);
  } finally {
    model.parameters.free();
  }
}
