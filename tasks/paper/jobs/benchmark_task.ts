/**
 * A benchmark's files as a fine-tuning task, limited to the preset's number of samples.
 *
 * @module
 */
import {
  bagOfWordsAccuracy,
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
import { DOC_STRIDE } from "./cost.ts";

/** The data and size of a task. */
export interface TaskRequest {
  /** The data folder. */
  readonly root: string;
  /** Parts to exclude. */
  readonly without: readonly string[];
  readonly benchmark: BenchmarkId;
  readonly size: FinetuningSize;
  readonly tokenizer: Tokenizer;
  log(message: string): void;
}

/** A task and its baselines. */
export interface BenchmarkTask {
  // deno-lint-ignore no-explicit-any -- the types of examples and outputs differ between tasks
  readonly task: FinetuneTask<any, any>;
  /** Accuracy of the most frequent class of the development set; absent for tasks without classes. */
  readonly majority?: number;
  /** Accuracy of a bag of words fitted to the same training rows; absent for tasks other than the classification of texts. */
  readonly bagOfWords?: number;
}

/** Defaults of `albert finetune squad`. */
const SQUAD = { maxQuestionLength: 64, nBest: 20, maxAnswerLength: 30 };

/** Loads the files and creates the task. */
export async function benchmarkTask(request: TaskRequest): Promise<BenchmarkTask> {
  if (request.benchmark === "race") return await race(request);
  const glue = glueNameOf(request.benchmark);
  return glue === null ? await squad(request) : await glueBenchmark(request, glue);
}

async function glueBenchmark(
  { root, benchmark, size, tokenizer, log }: TaskRequest,
  name: NonNullable<ReturnType<typeof glueNameOf>>,
): Promise<BenchmarkTask> {
  const definition = glueTaskDefinition(name);
  const data = await loadGlueData(definition, benchmarkFolder(root, benchmark), { log });
  const [dev] = data.heldOut;
  const rows = dev.rows.slice(0, size.maxEvalSamples);
  const train = data.train.slice(0, size.maxTrainSamples);
  return {
    task: glueTask(
      definition,
      train,
      // The paper reports MNLI's matched set.
      [{ ...dev, rows }],
      tokenizer,
      size.recipe.maxSeqLength,
    ),
    ...(definition.labels.length > 0 && {
      majority: majority(rows.map(({ label }) => label!)),
      bagOfWords: bagOfWordsAccuracy(train, rows),
    }),
  };
}

async function squad(
  { root, benchmark, size, tokenizer, log }: TaskRequest,
): Promise<BenchmarkTask> {
  const version = benchmark === "squad-1.1" ? "1.1" : "2.0";
  const files = findSquadFiles(benchmarkFolder(root, benchmark), version);
  const data = await loadSquadData(files, { log });
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

/** RACE, with the test set as a second held-out set if it exists, for Table 10. */
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

/** Evenly spaced questions, so that both levels are represented: middle comes before high. */
function evenly(questions: readonly RaceQuestion[], limit = Infinity): readonly RaceQuestion[] {
  if (questions.length <= limit) return questions;
  return Array.from(
    { length: limit },
    (_, i) => questions[Math.floor((i * questions.length) / limit)],
  );
}

function firstQuestions(dataset: SquadDataset, limit?: number): SquadDataset {
  return { ...dataset, questions: dataset.questions.slice(0, limit) };
}

/** Fraction of the most frequent class. */
function majority(answers: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return Math.max(...counts.values()) / answers.length;
}
