/**
 * A benchmark's files as a task, cut to the preset's number of samples.
 *
 * @module
 */
import {
  glueTask,
  glueTaskDefinition,
  raceExamples,
  type RaceQuestion,
  raceTask,
  type SquadDataset,
  squadFeatures,
  squadTask,
  squadTrainingFeatures,
} from "../../../src/benchmarks/mod.ts";
import { loadGlueData } from "../../../src/benchmarks/glue/disk.ts";
import { loadRace } from "../../../src/benchmarks/race/disk.ts";
import { findSquadFiles, loadSquadData } from "../../../src/benchmarks/squad/disk.ts";
import type { Tokenizer } from "../../../src/text/mod.ts";
import type { FinetuneTask } from "../../../src/train/mod.ts";
import { benchmarkFolder, glueNameOf, raceLevels } from "../data/benchmarks.ts";
import type { BenchmarkId } from "../experiment.ts";
import type { FinetuningSize } from "../presets/mod.ts";

/** What a task is made of. */
export interface TaskRequest {
  /** The data folder. */
  readonly root: string;
  /** Parts that are left out. */
  readonly without: readonly string[];
  readonly benchmark: BenchmarkId;
  readonly size: FinetuningSize;
  readonly tokenizer: Tokenizer;
  say(sentence: string): void;
}

/** A task, and what no model is needed for. */
export interface BenchmarkTask {
  // deno-lint-ignore no-explicit-any -- examples and outputs are the task's own business
  readonly task: FinetuneTask<any, any>;
  /** What always giving the commonest answer of the development set brings, as a share; absent where answers are not classes. */
  readonly majority?: number;
}

/** The flags of `albert finetune squad` have these by default. */
const DOC_STRIDE = 128;
const SQUAD = { maxQuestionLength: 64, nBest: 20, maxAnswerLength: 30 };

/** Reads the files and makes the task. */
export async function benchmarkTask(request: TaskRequest): Promise<BenchmarkTask> {
  if (request.benchmark === "race") return await race(request);
  const glue = glueNameOf(request.benchmark);
  return glue === null ? await squad(request) : await glueBenchmark(request, glue);
}

async function glueBenchmark(
  { root, benchmark, size, tokenizer, say }: TaskRequest,
  name: NonNullable<ReturnType<typeof glueNameOf>>,
): Promise<BenchmarkTask> {
  const definition = glueTaskDefinition(name);
  const data = await loadGlueData(definition, benchmarkFolder(root, benchmark), { say });
  const [dev] = data.heldOut;
  const rows = dev.rows.slice(0, size.maxEvalSamples);
  return {
    task: glueTask(
      definition,
      data.train.slice(0, size.maxTrainSamples),
      // The paper's columns are MNLI's matched set.
      [{ ...dev, rows }],
      tokenizer,
      size.recipe.maxSeqLength,
    ),
    ...(definition.labels.length > 0 && { majority: majority(rows.map(({ label }) => label!)) }),
  };
}

async function squad(
  { root, benchmark, size, tokenizer, say }: TaskRequest,
): Promise<BenchmarkTask> {
  const version = benchmark === "squad-1.1" ? "1.1" : "2.0";
  const files = findSquadFiles(benchmarkFolder(root, benchmark), version);
  const data = await loadSquadData(files, { say });
  const train = firstQuestions(data.train, size.maxTrainSamples);
  const dev = firstQuestions(data.dev, size.maxEvalSamples);
  const { maxSeqLength } = size.recipe;
  const lengths = {
    maxLength: maxSeqLength,
    stride: size.docStride ?? DOC_STRIDE,
    maxQuestionLength: Math.min(SQUAD.maxQuestionLength, Math.floor(maxSeqLength / 4)),
  };
  const { windows } = squadTrainingFeatures(train, tokenizer, lengths);
  return {
    task: squadTask({
      version,
      head: "paper",
      train: windows,
      heldOut: { dataset: dev, windows: squadFeatures(dev, tokenizer, lengths).windows },
      nBest: SQUAD.nBest,
      maxAnswerLength: SQUAD.maxAnswerLength,
    }),
  };
}

/** RACE, with its test set as a second held-out one where it is there: Table 10 reports that. */
async function race({ root, without, size, tokenizer }: TaskRequest): Promise<BenchmarkTask> {
  const folder = benchmarkFolder(root, "race");
  const levels = raceLevels(without);
  const { maxSeqLength } = size.recipe;
  const train = (await loadRace(folder, "train", levels)).questions;
  const dev = (await loadRace(folder, "dev", levels)).questions;
  const test = await loadRace(folder, "test", levels).then(({ questions }) => questions, () => []);
  const heldOut = evenly(dev, size.maxEvalSamples);
  const task = raceTask(evenly(train, size.maxTrainSamples), heldOut, tokenizer, maxSeqLength);
  const testSet = {
    name: "test",
    examples: raceExamples(evenly(test, size.maxEvalSamples), tokenizer, maxSeqLength),
  };
  return {
    task: test.length === 0 ? task : { ...task, heldOut: [...task.heldOut, testSet] },
    majority: majority(heldOut.map(({ answer }) => answer)),
  };
}

/** As many of each level as its share: files stand middle before high. */
function evenly(questions: readonly RaceQuestion[], most = Infinity): readonly RaceQuestion[] {
  if (questions.length <= most) return questions;
  return Array.from(
    { length: most },
    (_, i) => questions[Math.floor((i * questions.length) / most)],
  );
}

function firstQuestions(dataset: SquadDataset, most?: number): SquadDataset {
  return { ...dataset, questions: dataset.questions.slice(0, most) };
}

/** Share of the commonest answer. */
function majority(answers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return Math.max(...counts.values()) / answers.length;
}
