/**
 * What every finetuning command does once its flags are read.
 *
 * @module
 */
import settingsFile from "../../../deno.json" with { type: "json" };
import type { Device } from "../../../src/device/mod.ts";
import { type ProcessGroup, rank0First } from "../../../src/distributed/mod.ts";
import { type ModelConfig, validateConfig } from "../../../src/model/mod.ts";
import type { Tokenizer } from "../../../src/text/mod.ts";
import { type RunObserver, type RunResult, train, weightsSha256 } from "../../../src/train/disk.ts";
import {
  type FinetuneExample,
  type FinetuneRequest,
  finetuneSettings,
  type FinetuneTask,
  finetuningTask,
  metricText,
  planStep,
  type Recipe,
} from "../../../src/train/mod.ts";
import { codeFingerprint } from "../ranks.ts";
import { usage, UsageError } from "../errors.ts";
import { fitExamples } from "../training_device.ts";
import { onInterrupt } from "../interrupt.ts";
import { openCheckpoint } from "../open_checkpoint.ts";
import { createProgress, logTo } from "../progress.ts";
import { checkBatch, coresOf, inProcessGroup, ranksOf } from "../ranks.ts";
import { deadlineOf, type GlobalFlags, type OptionTable, rememberedFlags } from "../options.ts";
import { runFlags } from "../run_flags.ts";
import { openTrainingDevice } from "../training_device.ts";
import type { FinetuneFlags } from "../finetune_options.ts";
import { seedSummary, writeSeedSummary } from "./seeds.ts";

/** What a benchmark's command is given to make its task. */
export interface TaskRequest<F extends FinetuneFlags> {
  /** The flags, with what a resumed run remembers. */
  readonly flags: F;
  readonly data: string;
  readonly tokenizer: Tokenizer;
  readonly maxSeqLength: number;
  /** Told in a sentence what a person should know. */
  log(line: string): void;
}

/** A task and the fingerprint of what it was made from. */
export interface MadeTask<E extends FinetuneExample, O> {
  readonly task: FinetuneTask<E, O>;
  readonly dataSha256: string;
  /** Whether `--max-train-samples` and `--max-eval-samples` are already seen to: an example may be less than a sample. */
  readonly limited?: boolean;
}

/** What a benchmark brings. */
export interface FinetuneBenchmark<F extends FinetuneFlags, E extends FinetuneExample, O> {
  /** Options of the command. */
  readonly options: OptionTable;
  /** Hyperparameters of the flags' task. */
  recipe(flags: F): Recipe;
  /** Reads the files. */
  makeTask(request: TaskRequest<F>): Promise<MadeTask<E, O>>;
}

/** Opens checkpoint, data and device, finetunes, reports. All ranks train; rank 0 alone speaks. */
export async function runFinetune<F extends FinetuneFlags, E extends FinetuneExample, O>(
  given: F,
  benchmark: FinetuneBenchmark<F, E, O>,
): Promise<void> {
  await inProcessGroup((group) => finetuneIn(group, given, benchmark));
}

async function finetuneIn<F extends FinetuneFlags, E extends FinetuneExample, O>(
  group: ProcessGroup,
  given: F,
  benchmark: FinetuneBenchmark<F, E, O>,
): Promise<void> {
  const leads = group.rank === 0;
  const quiet = given.quiet || !leads;
  const flags = await runFlags(benchmark.options, { ...given, quiet }, group) as F & GlobalFlags;
  const ranks = ranksOf(flags, group);
  const from = flags.initFrom ?? flags.checkpoint;
  if (flags.data === undefined) throw new UsageError("--data is missing: the benchmark's folder");
  if (from === undefined) {
    throw new UsageError("--checkpoint is missing: the model folder or run folder to start from");
  }
  if (flags.initFrom !== undefined && flags.checkpoint !== undefined) {
    throw new UsageError(
      "--init-from and --checkpoint both set the starting point; use one of them",
    );
  }
  const log = logTo(flags);
  const recipe = benchmark.recipe(flags);
  const { folder, config, weights, tokenizer } = await rank0First(
    group,
    () => openCheckpoint(from, flags),
  );
  const maxSeqLength = flags.maxSeqLength ??
    Math.min(recipe.maxSeqLength, config.maxPositionEmbeddings);
  if (maxSeqLength > config.maxPositionEmbeddings) {
    throw new UsageError(
      `--max-seq-length ${maxSeqLength} is more than the checkpoint's max_position_embeddings ${config.maxPositionEmbeddings}`,
    );
  }
  const { task, dataSha256, limited = false } = await benchmark.makeTask({
    flags,
    data: flags.data,
    tokenizer,
    maxSeqLength,
    log,
  });
  const shortened = limited ? task : limitTask(task, flags);
  const deadline = deadlineOf(flags);
  const runConfig = withDropout(config, flags, recipe);
  const { device, betweenSteps } = await openTrainingDevice({
    device: flags.device,
    blas: flags.blas,
    workers: coresOf(group),
    // One rank that measures would hold up the others.
    tune: flags.tune !== false && group.size === 1,
    profile: flags.profile === true && group.rank === 0,
    log,
    onNotice: log,
  });
  let stop = false;
  const endInterrupt = onInterrupt(() => {
    stop = true;
    if (leads) console.error("stopping after this step and saving; again to quit at once");
  });
  const runOnce = async (seed: number, output: string): Promise<RunResult> => {
    const asked = usage(() =>
      finetuneSettings(
        { ...recipe, ...chosen(flags), seed, maxSeqLength, optimizer: optimizerOf(flags) },
        shortened.train.length,
      )
    );
    checkBatch(asked.batchSize, group);
    const auto = flags.microBatchSize === "auto";
    const microBatchSize = !auto ? asked.microBatchSize : await fitExamples({
      ...{ device, group, log, batchSize: asked.batchSize },
      plan: (examples, limits) => {
        const task = finetuningTask(shortened, { config: runConfig, settings: asked });
        return planStep(runConfig, task, task.largestBatch(runConfig, examples), {
          ...asked,
          limits,
        });
      },
    });
    const settings = { ...asked, microBatchSize };
    const { totalSteps } = settings.schedule;
    const progress = createProgress({
      title: task.name,
      total: totalSteps,
      unit: "step",
      quiet: flags.quiet,
    });
    const result = await train({
      device,
      task: finetuningTask(shortened, {
        config: runConfig,
        settings,
        weights: flags.fromScratch ? null : weights,
        weightsSha256: flags.fromScratch ? "from scratch" : weightsSha256(weights),
        dataSha256,
      }),
      config: runConfig,
      settings,
      output,
      resume: flags.resume === true,
      files: await tokenizerFiles(tokenizer),
      ranks,
      provenance: {
        flags: rememberedFlags(
          benchmark.options,
          auto ? { ...flags, microBatchSize } : { ...flags },
        ),
        from: folder,
        ...provenance(device),
        ...(group.size > 1 && { code: await codeFingerprint() }),
      },
      observer: {
        ...observer(progress, () => stop || performance.now() > deadline),
        betweenSteps: betweenSteps(output),
      },
    });
    progress.end();
    return result;
  };
  try {
    if (flags.seeds === undefined) {
      const result = await runOnce(flags.seed, flags.output);
      if (!leads) return;
      if (!result.finished) sayHowToGoOn(given, result.step);
      report(flags, task.name, result);
      return;
    }
    if (flags.seeds < 1) throw new UsageError(`--seeds must be at least 1, got ${flags.seeds}`);
    const results = new Map<number, RunResult>();
    for (let seed = flags.seed; seed < flags.seed + flags.seeds; seed++) {
      const result = await runOnce(seed, `${flags.output}/seed-${seed}`);
      results.set(seed, result);
      if (!result.finished) break;
    }
    if (!leads) return;
    const last = [...results.values()].at(-1)!;
    if (!last.finished) return sayHowToGoOn(given, last.step);
    const summary = seedSummary(task.name, task.metric, results);
    await writeSeedSummary(flags.output, summary);
    console.log(JSON.stringify(summary, null, flags.json ? 0 : 2));
  } finally {
    endInterrupt();
    await device.destroy();
  }
}

/** The recipe's steps or epochs give way to a flag that says the other. */
function chosen({ microBatchSize, ...flags }: FinetuneFlags): FinetuneRequest {
  const said: FinetuneRequest = Object.fromEntries(
    Object.entries(flags).filter(([, value]) => value !== undefined),
  );
  if (typeof microBatchSize === "number") Object.assign(said, { microBatchSize });
  if (flags.epochs !== undefined && flags.maxSteps === undefined) {
    return { ...said, maxSteps: undefined, warmupSteps: flags.warmupSteps };
  }
  // A warm-up made for the recipe's own number of steps would outlast a shorter run.
  return flags.maxSteps === undefined ? said : { ...said, warmupSteps: flags.warmupSteps };
}

function optimizerOf({ weightDecay, maxGradNorm }: FinetuneFlags): Record<string, number> {
  return {
    ...(weightDecay !== undefined && { weightDecay }),
    ...(maxGradNorm !== undefined && { maxGradientNorm: maxGradNorm }),
  };
}

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

function observer(
  progress: ReturnType<typeof createProgress>,
  stopRequested: () => boolean,
): RunObserver {
  return {
    log: (line) => progress.log(line),
    resumed: (step) => progress.log(`Resumed at step ${step}`),
    progress: (step, { loss, tokensPerSecond }) =>
      progress.update(step, `loss ${loss.toFixed(3)}, ${Math.round(tokensPerSecond)} tokens/s`),
    evaluated: (step, { summary }, best) =>
      progress.log(`step ${step}: ${summary}${best ? ", the best so far" : ""}`),
    stopRequested,
  };
}

function report(flags: FinetuneFlags, task: string, { evaluation: _, ...result }: RunResult): void {
  if (flags.json) console.log(JSON.stringify({ task, ...result }));
  else if (result.best !== null) {
    console.log(`${task}: best at step ${result.bestStep}: ${metricText(result.best)}`);
  }
}

function sayHowToGoOn({ output }: FinetuneFlags, step: number): void {
  console.error(
    `stopped at step ${step}; go on with the same command and --resume (--output ${output})`,
  );
}

async function tokenizerFiles(tokenizer: Tokenizer): Promise<Map<string, Uint8Array | string>> {
  return await Promise.resolve(new Map(Object.entries(tokenizer.toFiles())));
}

/** What a reader of `run.json` wants to know and what decides nothing. */
function provenance(device: Device): Record<string, unknown> {
  return {
    version: settingsFile.version,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    device: device.description,
    started: new Date().toISOString(),
  };
}
