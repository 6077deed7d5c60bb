/**
 * Fine-tuning jobs: train on a benchmark and select the best evaluation on its development set.
 *
 * @module
 */
import { validateConfig } from "../../../src/model/mod.ts";
import { readEvents, train, weightsSha256 } from "../../../src/train/disk.ts";
import { finetuneSettings, finetuningTask } from "../../../src/train/mod.ts";
import { type BenchmarkTask, benchmarkTask } from "./benchmark_task.ts";
import { type JobContext, type Measured, points, runFolder } from "./context.ts";
import type { FinetuneJob } from "./job.ts";
import type { JobLog } from "./job_log.ts";
import { readModel } from "./pretrain_job.ts";

/** Runs or continues a fine-tuning job; returns null if a stop was requested. */
export async function runFinetuneJob(
  job: FinetuneJob,
  context: JobContext,
  log: JobLog,
): Promise<Measured | null> {
  const { device, data, output } = context;
  const { recipe, evaluations, microBatchSize } = job.size;
  const folder = `${output}/${runFolder(job)}`;
  const { config, weights } = await readModel(job.from, output);
  const { task, majority, bagOfWords } = await taskOf(job, context, log);
  const request = { ...recipe, microBatchSize, seed: job.seed };
  const { totalSteps } = finetuneSettings(request, task.train.length).schedule;
  const settings = finetuneSettings({
    ...request,
    evalSteps: Math.max(1, Math.ceil(totalSteps / evaluations)),
  }, task.train.length);
  const started = performance.now();
  const runConfig = validateConfig({
    ...config,
    hiddenDropoutProb: recipe.dropout,
    attentionProbsDropoutProb: recipe.dropout,
    classifierDropoutProb: recipe.classifierDropout,
  });
  const { finished, best, bestStep } = await train({
    device,
    task: finetuningTask(task, {
      config: runConfig,
      settings,
      weights,
      weightsSha256: weightsSha256(weights),
      dataSha256: data.manifest.benchmarks[job.benchmark]!.fingerprint,
    }),
    config: runConfig,
    settings,
    output: folder,
    resume: true,
    files: await data.vocabularyFiles(),
    provenance: { job: job.label, ...context.provenance },
    observer: {
      log: log.write,
      progress: (step) => {
        log.trained((performance.now() - started) / 1000);
        context.progress(job, step, totalSteps);
      },
      evaluated: (step, { summary }) => log.write(`step ${step}: ${summary}`),
      stopRequested: context.stopRequested,
    },
  });
  log.trained((performance.now() - started) / 1000);
  if (!finished) return null;
  if (best === null) {
    throw new Error(`No evaluation of ${job.label} returned ${task.metric}; see its report`);
  }
  const last = (await readEvents(folder)).findLast((event) => `eval_${task.metric}` in event)!;
  const metrics: Record<string, number> = { best_step: bestStep! };
  for (const [name, value] of Object.entries(best)) {
    metrics[name] = inPoints(job, value);
    metrics[`last_${name}`] = inPoints(job, Number(last[`eval_${name}`]));
  }
  if (majority !== undefined) metrics.majority = points(majority);
  if (bagOfWords !== undefined) metrics.bag_of_words = points(bagOfWords);
  return { metrics, curves: {}, steps: settings.schedule.totalSteps };
}

/** SQuAD's metrics are already in points. */
function inPoints({ benchmark }: FinetuneJob, value: number): number {
  return benchmark.startsWith("squad-") ? value : points(value);
}

async function taskOf(
  { benchmark, size }: FinetuneJob,
  { data }: JobContext,
  log: JobLog,
): Promise<BenchmarkTask> {
  // All jobs of a run have the same vocabulary and size, so they share the task.
  return await data.once(`task ${benchmark}`, async () =>
    await benchmarkTask({
      root: data.root,
      without: data.manifest.without,
      benchmark,
      size,
      tokenizer: await data.tokenizer(),
      log: log.write,
    }));
}
