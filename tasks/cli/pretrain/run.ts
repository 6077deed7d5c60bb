/**
 * What `albert pretrain` does once its flags are read.
 *
 * @module
 */
import settingsFile from "../../../deno.json" with { type: "json" };
import { readVocabularyFiles } from "../../../src/data/disk/mod.ts";
import type { Device } from "../../../src/device/mod.ts";
import { type ProcessGroup, rank0First } from "../../../src/distributed/mod.ts";
import { countParameters, type ModelConfig, pretrainingSpecs } from "../../../src/model/mod.ts";
import { pretrainingTask } from "../../../src/pretraining/disk.ts";
import {
  readModelFolder,
  resolveCheckpoint,
  type RunObserver,
  train,
  weightsSha256,
} from "../../../src/train/disk.ts";
import { type LiveReport, type ReportServer, serveReport } from "../../../src/report/mod.ts";
import {
  planPretrainingStep,
  type PretrainSettings,
  pretrainSettings,
} from "../../../src/pretraining/mod.ts";
import { codeFingerprint } from "../ranks.ts";
import { downloadProgress } from "../open_checkpoint.ts";
import { usage, UsageError } from "../errors.ts";
import { fitExamples, type Fitting } from "../training_device.ts";
import { onInterrupt } from "../interrupt.ts";
import { createProgress } from "../progress.ts";
import { checkBatch, coresOf, ranksOf } from "../ranks.ts";
import { deadlineOf, rememberedFlags } from "../options.ts";
import { runFlags } from "../run_flags.ts";
import { openTrainingDevice } from "../training_device.ts";
import { PRETRAIN_OPTIONS, type PretrainFlags } from "../train_options.ts";
import { modelConfig, openEvalData, openSources, pretrainRequest } from "../pretrain_request.ts";

/** Opens data and device, trains, reports. All ranks train; rank 0 alone speaks. */
export async function runPretrain(given: PretrainFlags, group: ProcessGroup): Promise<void> {
  const leads = group.rank === 0;
  const quiet = given.quiet || !leads;
  const flags = await runFlags(PRETRAIN_OPTIONS, { ...given, quiet }, group);
  if (flags.data === undefined) {
    throw new UsageError("--data is missing: the folder that prepare made, or text with --vocab");
  }
  if (flags.steps === undefined) {
    throw new UsageError("--steps is missing: how many optimizer steps to do");
  }
  const deadline = deadlineOf(flags);
  const ranks = ranksOf(flags, group);
  const { data: paths } = flags;
  const sources = await rank0First(group, () => openSources({ ...flags, data: paths }));
  const { data } = sources[0];
  const config = await modelConfig(flags, data.corpus.vocabulary.size);
  const initial = flags.initFrom === undefined
    ? undefined
    : await readModelFolder(await resolveCheckpoint(flags.initFrom, downloadProgress(flags)));
  const request = pretrainRequest(
    { validationFraction: data.index.validationFraction || undefined, ...flags },
    flags.steps,
    initial && weightsSha256(initial.weights),
  );
  const asked = usage(() => pretrainSettings(request, config));
  const evalData = await openEvalData(flags.evalData ?? []);
  checkBatch(asked.batchSize, group);
  const progress = createProgress({
    title: "pretraining",
    total: asked.schedule.totalSteps,
    unit: "step",
    quiet: flags.quiet,
  });
  const { device, betweenSteps } = await openTrainingDevice({
    device: flags.device,
    blas: flags.blas,
    workers: coresOf(group),
    // One rank that measures would hold up the others.
    tune: flags.tune !== false && group.size === 1,
    profile: flags.profile === true && group.rank === 0,
    log: (line) => progress.log(line),
  });
  let server = null as ReportServer | null;
  let stop = false;
  const endInterrupt = onInterrupt(() => {
    stop = true;
    progress.log("stopping after this step and saving; again to quit at once");
  });
  try {
    const settings = flags.microBatchSize === "auto"
      ? await fitted(asked, { device, group, config, log: (line) => progress.log(line) })
      : asked;
    const files = await readVocabularyFiles(data);
    const { step, finished, evaluation } = await train({
      device,
      task: pretrainingTask({
        sources,
        evalData,
        settings,
        initialWeights: initial?.weights,
        files,
        log: (line) => progress.log(line),
      }),
      config,
      settings,
      output: flags.output,
      resume: flags.resume === true,
      ranks,
      files,
      provenance: {
        flags: rememberedFlags(
          PRETRAIN_OPTIONS,
          flags.microBatchSize === "auto"
            ? { ...flags, microBatchSize: settings.microBatchSize }
            : flags,
        ),
        ...provenance(device),
        ...(group.size > 1 && { code: await codeFingerprint() }),
      },
      observer: {
        ...observer(progress, () => stop || performance.now() > deadline),
        betweenSteps: betweenSteps(flags.output),
        started: (report) => {
          progress.log(describeRun(flags, settings.schedule.totalSteps, config, device, group));
          if (flags.watch) server = watch(report, flags.port);
        },
        resumed: (step) => {
          progress.log(`Resumed at step ${step}`);
          progress.resume(step);
        },
      },
    });
    progress.end(
      finished
        ? `${flags.output}/checkpoints/step-${step}: the model; ${flags.output}/report.html: its curves`
        : `stopped at step ${step}; go on with: albert pretrain --output ${flags.output} --resume`,
    );
    if (given.json && leads) console.log(JSON.stringify({ step, finished, evaluation }));
  } catch (error) {
    throw withAdvice(error);
  } finally {
    endInterrupt();
    await server?.close();
    await device.destroy();
  }
}

/** The settings with as many examples at once as fit, in the run's longest phase. */
async function fitted(
  settings: PretrainSettings,
  { config, ...run }: Pick<Fitting, "device" | "group" | "log"> & { config: ModelConfig },
): Promise<PretrainSettings> {
  const longest = settings.phases.map(({ examples }) => examples)
    .reduce((a, b) => b.maxSeqLength > a.maxSeqLength ? b : a);
  const { batchSize, recompute, precision } = settings;
  const microBatchSize = await fitExamples({
    ...run,
    batchSize,
    plan: (examples, limits) =>
      planPretrainingStep(config, examples, longest.maxSeqLength, longest.maxPredictionsPerSeq, {
        limits,
        recompute,
        precision,
      }),
  });
  return { ...settings, microBatchSize };
}

/** What did not fit into the device's memory, with the flag that asks for less; the model itself it cannot make smaller. */
function withAdvice(error: unknown): unknown {
  if (!(error instanceof Error) || error.message.includes("--micro-batch-size")) return error;
  if (!/^Cannot allocate buffer "(?!parameters|gradients)/.test(error.message)) return error;
  return new Error(`${error.message}; try a smaller --micro-batch-size`, { cause: error });
}

/** `nano, 1,234,567 parameters, 1000 steps on webgpu (adapter)`. */
function describeRun(
  { config = "nano" }: PretrainFlags,
  steps: number,
  shape: ModelConfig,
  { description }: Device,
  { size, library }: ProcessGroup,
): string {
  const parameters = countParameters(pretrainingSpecs(shape)).toLocaleString("en");
  return `${config}: ${parameters} parameters, ${steps} steps on ${description.kind} (${description.adapter})${
    size > 1 ? `, ${size} ranks by ${library}` : ""
  }`;
}

/** Serves the live report and says where, even to who wants no progress. */
function watch(report: LiveReport, port?: number): ReportServer {
  try {
    const server = serveReport(report, port);
    console.error(`watch the run at ${server.url}`);
    return server;
  } catch (error) {
    throw new Error(
      `Cannot serve the report on port ${port}: ${
        (error as Error).message
      }; choose another --port or leave it out`,
    );
  }
}

function observer(
  progress: ReturnType<typeof createProgress>,
  stopRequested: () => boolean,
): RunObserver {
  return {
    log: (line) => progress.log(line),
    progress: (step, { loss, tokensPerSecond }) =>
      progress.update(step, `loss ${loss.toFixed(3)}, ${Math.round(tokensPerSecond)} tokens/s`),
    evaluated: (step, { summary }) => progress.log(`step ${step}: ${summary}`),
    stopRequested,
  };
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
