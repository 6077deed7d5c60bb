/**
 * The tasks of the `albert finetune` commands, made from the files of a benchmark.
 *
 * @module
 */
import { loadGlueData, loadTextData } from "../../src/benchmarks/glue/disk.ts";
import {
  type ClassWeights,
  GLUE_QUICK_RECIPE,
  type GlueExample,
  type GlueLogits,
  gluePaperRecipe,
  glueTask,
  type GlueTaskDefinition,
  glueTaskDefinition,
  truncationNotice,
} from "../../src/benchmarks/glue/mod.ts";
import { loadRace } from "../../src/benchmarks/race/disk.ts";
import {
  RACE_NOUN,
  RACE_PAPER_RECIPE,
  RACE_QUICK_RECIPE,
  type RaceExample,
  raceTask,
} from "../../src/benchmarks/race/mod.ts";
import {
  findAnySquadFiles,
  loadSquadData,
  readSquadFile,
  type SquadFiles,
} from "../../src/benchmarks/squad/disk.ts";
import {
  SQUAD_PAPER_RECIPES,
  SQUAD_QUICK_RECIPE,
  type SquadDataset,
  squadFeatures,
  squadTask,
  squadTrainingFeatures,
  type SquadWindow,
  type WindowScores,
} from "../../src/benchmarks/squad/mod.ts";
import { loadTokensData } from "../../src/benchmarks/tokens/disk.ts";
import {
  type TokensExample,
  tokensTask,
  type WordLogits,
} from "../../src/benchmarks/tokens/mod.ts";
import { formatCount } from "../../src/json/mod.ts";
import type { FinetuneExample, FinetuneTask } from "../../src/train/mod.ts";
import { usage, UsageError } from "./errors.ts";
import {
  FINETUNE_GLUE_OPTIONS,
  FINETUNE_RACE_OPTIONS,
  FINETUNE_SQUAD_OPTIONS,
  FINETUNE_TEXT_OPTIONS,
  FINETUNE_TOKENS_OPTIONS,
  type FinetuneFlags,
  GLUE_TASKS,
  type GlueFlags,
  levelsOf,
  type RaceFlags,
  type SquadFlags,
  type TextFlags,
  type TokensFlags,
} from "./finetune_options.ts";
import {
  type FinetuneBenchmark,
  type MadeTask,
  openFinetuning,
  type TaskRequest,
} from "./finetune_request.ts";
import type { OptionTable } from "./options.ts";
import { runTraining } from "./train_run.ts";

async function finetune<F extends FinetuneFlags, E extends FinetuneExample, O>(
  name: string,
  options: OptionTable,
  given: F,
  benchmark: FinetuneBenchmark<F, E, O>,
  prints = true,
): Promise<boolean> {
  return await runTraining(given, {
    name: `finetune ${name}`,
    options,
    prints,
    open: (flags, group, log) => openFinetuning(benchmark, flags, group, log),
  });
}

/** `albert finetune glue` */
export async function finetuneGlue(given: GlueFlags, prints?: boolean): Promise<boolean> {
  return await finetune<GlueFlags, GlueExample, GlueLogits>("glue", FINETUNE_GLUE_OPTIONS, given, {
    recipe: (flags) =>
      flags.recipe === "paper" ? gluePaperRecipe(glueTaskOf(flags)) : GLUE_QUICK_RECIPE,
    makeTask: (request) => makeGlueTask(glueTaskDefinition(glueTaskOf(request.flags)), request),
  }, prints);
}

function glueTaskOf({ task }: GlueFlags): NonNullable<GlueFlags["task"]> {
  if (task !== undefined) return task;
  throw new UsageError(`--task is required: ${GLUE_TASKS.join(", ")}`);
}

/** `albert finetune text` */
export async function finetuneText(given: TextFlags, prints?: boolean): Promise<boolean> {
  return await finetune<TextFlags, GlueExample, GlueLogits>("text", FINETUNE_TEXT_OPTIONS, given, {
    recipe({ recipe }) {
      if (recipe !== "paper") return GLUE_QUICK_RECIPE;
      throw new UsageError("--recipe paper is not available for your own classes");
    },
    async makeTask({ flags, data, tokenizer, maxSeqLength, log }) {
      const devFraction = devFractionOf(flags);
      const classWeights = classWeightsOf(flags);
      const { strict, problemType: type } = flags;
      const { definition, train, heldOut, sha256 } = await usageOfWeights(() =>
        loadTextData(data, { strict, log, type, devFraction, classWeights })
      );
      const task = glueTask(definition, train, heldOut, tokenizer, maxSeqLength);
      logTruncation(task, maxSeqLength, log);
      const weights = definition.weights?.map((weight) => weight.toFixed(4)).join(",");
      return { task, dataSha256: weights === undefined ? sha256 : `${sha256} ${weights}` };
    },
  }, prints);
}

/** `albert finetune tokens` */
export async function finetuneTokens(given: TokensFlags, prints?: boolean): Promise<boolean> {
  return await finetune<TokensFlags, TokensExample, WordLogits>(
    "tokens",
    FINETUNE_TOKENS_OPTIONS,
    given,
    {
      recipe({ recipe }) {
        if (recipe !== "paper") return GLUE_QUICK_RECIPE;
        throw new UsageError("--recipe paper is not available for tagged words");
      },
      async makeTask({ flags, data, tokenizer, maxSeqLength, log }) {
        const { maxTrainSamples, maxEvalSamples } = flags;
        const devFraction = devFractionOf(flags);
        const { labels, train, dev, sha256 } = await loadTokensData(data, devFraction, log);
        const task = tokensTask(
          labels,
          train.slice(0, maxTrainSamples),
          dev.slice(0, maxEvalSamples),
          ...[tokenizer, maxSeqLength] as const,
        );
        return { task, dataSha256: sha256, limited: true };
      },
    },
    prints,
  );
}

/** Returns the value of `--class-weights`. */
function classWeightsOf({ classWeights = "none" }: TextFlags): ClassWeights {
  if (classWeights === "none" || classWeights === "balanced") return classWeights;
  const weights = classWeights.split(",").map(Number);
  if (weights.every((weight) => weight > 0 && weight < Infinity)) return weights;
  throw new UsageError(
    `--class-weights must be none, balanced or positive numbers separated by commas (got ${classWeights})`,
  );
}

/** Reads data; weights that do not fit the classes are a usage error. */
async function usageOfWeights<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RangeError) || !error.message.startsWith("classWeights")) throw error;
    return usage(() => {
      throw error;
    });
  }
}

function devFractionOf({ devFraction = 0.1 }: TokensFlags): number {
  return usage(() => {
    if (devFraction > 0 && devFraction < 1) return devFraction;
    throw new RangeError(`devFraction must be between 0 and 1, got ${devFraction}`);
  });
}

async function makeGlueTask(
  definition: GlueTaskDefinition,
  { flags, data, tokenizer, maxSeqLength, log }: TaskRequest<FinetuneFlags>,
): Promise<MadeTask<GlueExample, GlueLogits>> {
  const reading = { strict: flags.strict, log };
  const { train, heldOut, sha256 } = await loadGlueData(definition, data, reading);
  const task = glueTask(definition, train, heldOut, tokenizer, maxSeqLength);
  logTruncation(task, maxSeqLength, log);
  return { task, dataSha256: sha256 };
}

/** Logs how many texts are longer than the sequences. */
function logTruncation<E extends FinetuneExample, O>(
  { train, heldOut }: FinetuneTask<E, O>,
  maxSeqLength: number,
  log: (line: string) => void,
  noun?: string,
): void {
  const report = (set: string, examples: readonly E[]) => {
    const notice = truncationNotice(examples, maxSeqLength, noun);
    if (notice !== null) log(`${set} data: ${notice}; --max-seq-length sets the length`);
  };
  report("training", train);
  for (const { name, examples } of heldOut) report(`validation ${name}`.trim(), examples);
}

/** `albert finetune race` */
export async function finetuneRace(given: RaceFlags, prints?: boolean): Promise<boolean> {
  return await finetune<RaceFlags, RaceExample, Float32Array>(
    "race",
    FINETUNE_RACE_OPTIONS,
    given,
    {
      recipe: ({ recipe }) => recipe === "paper" ? RACE_PAPER_RECIPE : RACE_QUICK_RECIPE,
      async makeTask({ flags, data, tokenizer, maxSeqLength, log }) {
        const levels = levelsOf(flags.level);
        const train = await loadRace(data, "train", levels);
        const dev = await loadRace(data, "dev", levels);
        const task = raceTask(train.questions, dev.questions, tokenizer, maxSeqLength);
        logTruncation(task, maxSeqLength, log, RACE_NOUN);
        return { task, dataSha256: `${train.sha256} ${dev.sha256}` };
      },
    },
    prints,
  );
}

/** `albert finetune squad` */
export async function finetuneSquad(given: SquadFlags, prints?: boolean): Promise<boolean> {
  return await finetune<SquadFlags, SquadWindow, WindowScores>(
    "squad",
    FINETUNE_SQUAD_OPTIONS,
    given,
    {
      recipe: async (flags) =>
        flags.recipe === "paper"
          ? SQUAD_PAPER_RECIPES[(await squadFilesOf(flags)).version]
          : SQUAD_QUICK_RECIPE,
      hasFiles: ({ trainFile, devFile }) => trainFile !== undefined && devFile !== undefined,
      async makeTask({ flags, tokenizer, maxSeqLength, log }) {
        const files = await squadFilesOf(flags);
        const data = await loadSquadData(files, { strict: flags.strict, log });
        const train = firstQuestions(data.train, flags.maxTrainSamples);
        const dev = firstQuestions(data.dev, flags.maxEvalSamples);
        const lengths = {
          maxLength: maxSeqLength,
          stride: flags.docStride,
          maxQuestionLength: flags.maxQueryLength,
        };
        const { windows, dropped } = squadTrainingFeatures(train, tokenizer, lengths);
        if (dropped !== undefined) {
          log(
            `${files.train}: skipped ${
              formatCount(dropped.count, "question")
            }, first ${dropped.first}`,
          );
        }
        const task = squadTask({
          version: files.version,
          head: flags.head ?? "paper",
          train: windows,
          lengths,
          heldOut: { dataset: dev, windows: squadFeatures(dev, tokenizer, lengths).windows },
          nBest: flags.nBestSize,
          maxAnswerLength: flags.maxAnswerLength,
          threshold: flags.nullThreshold,
        });
        return { task, dataSha256: data.sha256, limited: true };
      },
    },
    prints,
  );
}

/** Returns the files of the folder or the flags. The version of files that the flags name is that of the evaluation file. */
async function squadFilesOf({ data, task, trainFile, devFile }: SquadFlags): Promise<SquadFiles> {
  if (trainFile !== undefined && devFile !== undefined) {
    const version = task ?? (await readSquadFile(devFile, { log() {} })).version;
    return { version, train: trainFile, dev: devFile };
  }
  const { version, train, dev } = await findAnySquadFiles(data!, task);
  return { version, train: trainFile ?? train, dev: devFile ?? dev };
}

function firstQuestions(dataset: SquadDataset, most?: number): SquadDataset {
  return { ...dataset, questions: dataset.questions.slice(0, most) };
}
