/**
 * From the flags of an `albert finetune` command to its checkpoint, its task and its settings.
 *
 * @module
 */
import { type ProcessGroup, rank0First } from "../../src/distributed/mod.ts";
import { frozenNames, type ModelConfig, validateConfig } from "../../src/model/mod.ts";
import type { Tokenizer } from "../../src/text/mod.ts";
import { weightsSha256 } from "../../src/train/disk.ts";
import {
  type FinetuneExample,
  finetuneOptimizer,
  type FinetuneRequest,
  type FinetuneSettings,
  finetuneSettings,
  type FinetuneStepBatch,
  type FinetuneTask,
  finetuningTask,
  type Recipe,
} from "../../src/train/mod.ts";
import { SHIPPED_MODEL } from "../../src/weights/mod.ts";
import { usage, UsageError } from "./errors.ts";
import type { FinetuneFlags } from "./finetune_options.ts";
import { openCheckpoint, unlessResumed, withPositions } from "./open_checkpoint.ts";
import { givenOnly, type GlobalFlags } from "./options.ts";
import type { OpenedTraining } from "./train_run.ts";

/** What a benchmark's task is made from. */
export interface TaskRequest<F extends FinetuneFlags> {
  /** The flags, with those of a resumed run. */
  readonly flags: F;
  /** The folder of the benchmark; empty if the flags name its files. */
  readonly data: string;
  readonly tokenizer: Tokenizer;
  readonly maxSeqLength: number;
  /** Receives log lines. */
  log(line: string): void;
}

/** A task and the fingerprint of its files. */
export interface MadeTask<E extends FinetuneExample, O> {
  readonly task: FinetuneTask<E, O>;
  readonly dataSha256: string;
  /** Whether `--max-train-samples` and `--max-eval-samples` are already applied: an example may be less than a sample. */
  readonly limited?: boolean;
}

/** A benchmark that can be fine-tuned on. */
export interface FinetuneBenchmark<F extends FinetuneFlags, E extends FinetuneExample, O> {
  /** Returns the default hyperparameters. */
  recipe(flags: F): Recipe | Promise<Recipe>;
  /** Returns whether the flags name all files, so that `--data` is not needed. */
  hasFiles?(flags: F): boolean;
  /** Reads the files. */
  makeTask(request: TaskRequest<F>): Promise<MadeTask<E, O>>;
}

/** Opens checkpoint and task of an `albert finetune` command. */
export async function openFinetuning<F extends FinetuneFlags, E extends FinetuneExample, O>(
  benchmark: FinetuneBenchmark<F, E, O>,
  flags: F & GlobalFlags,
  group: ProcessGroup,
  log: (line: string) => void,
): Promise<OpenedTraining<FinetuneSettings, FinetuneStepBatch<E>>> {
  const { initFrom, checkpoint, fromScratch } = flags;
  const data = flags.data ?? (benchmark.hasFiles?.(flags) ? "" : undefined);
  const from = initFrom ?? checkpoint ?? SHIPPED_MODEL;
  if (data === undefined) throw new UsageError("--data is required: the folder of the benchmark");
  if (initFrom !== undefined && checkpoint !== undefined) {
    throw new UsageError("--init-from and --checkpoint exclude each other");
  }
  const recipe = await benchmark.recipe(flags);
  const open = async () => {
    const opened = await openCheckpoint(from, flags);
    const sha256 = weightsSha256(opened.weights);
    return { ...opened, ...withPositions(opened, flags.maxPositionEmbeddings, log), sha256 };
  };
  const { folder, config, weights, sha256, tokenizer } = await rank0First(
    group,
    () =>
      unlessResumed(
        flags,
        ["--checkpoint", "weights"],
        open,
        async (folder, kept) => ({ ...await openCheckpoint(folder, flags), ...kept }),
      ),
  );
  const { maxPositionEmbeddings } = config;
  const maxSeqLength = flags.maxSeqLength ?? Math.min(recipe.maxSeqLength, maxPositionEmbeddings);
  if (maxSeqLength > maxPositionEmbeddings) {
    throw new UsageError(
      `--max-seq-length must be at most the checkpoint's max_position_embeddings (got ${maxSeqLength} and ${maxPositionEmbeddings}); ` +
        `--max-position-embeddings ${maxSeqLength} interpolates more of them`,
    );
  }
  for (const sentence of tokenizer.unwritten) log(sentence);
  const made = await benchmark.makeTask({ flags, data, tokenizer, maxSeqLength, log });
  const task = made.limited ? made.task : limitTask(made.task, flags);
  if (task.train.length === 0) {
    throw new Error(
      `${
        data || "--train-file"
      }: no example is left for training; without --quiet, the log lists those that were skipped`,
    );
  }
  const runConfig = withDropout(config, flags, recipe);
  usage(() => frozenNames(config, flags.freeze ?? []));
  const start = fromScratch
    ? { weights: null, weightsSha256: "from scratch" }
    : { weights, weightsSha256: sha256 };
  const request = { ...recipe, ...requestOf(flags, recipe, runConfig), maxSeqLength };
  return {
    label: task.name,
    config: runConfig,
    files: new Map(Object.entries(tokenizer.toFiles())),
    provenance: { from: folder },
    settings: (seed) => finetuneSettings({ ...request, seed }, task.train.length),
    task: (settings) =>
      finetuningTask(task, {
        ...start,
        config: runConfig,
        settings,
        dataSha256: made.dataSha256,
        ...(!fromScratch && { baseModel: from }),
      }),
  };
}

/**
 * The settings that the flags give, and optimizer and rate by the width of the model unless the recipe is the paper's. Steps replace
 * the recipe's epochs, and epochs its steps.
 */
function requestOf(
  { microBatchSize, ...flags }: FinetuneFlags,
  recipe: Recipe,
  config: ModelConfig,
): FinetuneRequest {
  const { optimizer, weightDecay, maxGradNorm, epochs, maxSteps, warmupSteps } = flags;
  const kept = flags.recipe === "paper" && optimizer !== "lamb";
  const { kind, learningRate } = kept
    ? { kind: optimizer, learningRate: flags.learningRate ?? recipe.learningRate }
    : finetuneOptimizer(config, recipe, { kind: optimizer, learningRate: flags.learningRate });
  return {
    ...givenOnly(flags),
    ...(typeof microBatchSize === "number" && { microBatchSize }),
    learningRate,
    optimizer: givenOnly({ kind, weightDecay, maxGradientNorm: maxGradNorm }),
    ...(epochs !== undefined && maxSteps === undefined && { maxSteps: undefined }),
    // The recipe's warmup is for the recipe's number of steps.
    ...((epochs !== undefined || maxSteps !== undefined) && { warmupSteps }),
  };
}

/** The configuration with the dropout of the flags or the recipe. */
function withDropout(config: ModelConfig, flags: FinetuneFlags, recipe: Recipe): ModelConfig {
  const dropout = flags.dropout ?? recipe.dropout;
  return usage(() =>
    validateConfig({
      ...config,
      hiddenDropoutProb: dropout,
      attentionProbsDropoutProb: dropout,
      classifierDropoutProb: flags.classifierDropout ?? recipe.classifierDropout,
    })
  );
}

/** The task with `--max-train-samples` and `--max-eval-samples`. */
function limitTask<E extends FinetuneExample, O>(
  task: FinetuneTask<E, O>,
  { maxTrainSamples, maxEvalSamples }: FinetuneFlags,
): FinetuneTask<E, O> {
  return {
    ...task,
    train: task.train.slice(0, maxTrainSamples),
    heldOut: task.heldOut.map((set) => ({
      ...set,
      examples: set.examples.slice(0, maxEvalSamples),
    })),
  };
}
