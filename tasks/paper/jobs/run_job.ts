/**
 * Runs one job and returns its outcome.
 *
 * @module
 */
import { NonFiniteError } from "../../../src/train/mod.ts";
import type { JobOutcome } from "../result.ts";
import { RESULTS_VERSION } from "./address.ts";
import { type JobContext, type Measured, runFolder } from "./context.ts";
import { runFinetuneJob } from "./finetune_job.ts";
import type { Job } from "./job.ts";
import { JOB_LOG, JobLog } from "./job_log.ts";
import { runLayersJob, runSpeedupJob } from "./measure_job.ts";
import { runPretrainJob, runUntrainedJob } from "./pretrain_job.ts";

/** Runs or continues a job; returns null if a stop was requested. An error becomes a failed outcome with a log. */
export async function runJob(
  job: Job,
  preset: string,
  context: JobContext,
): Promise<JobOutcome | null> {
  const folder = `${context.output}/${runFolder(job)}`;
  const log = await JobLog.open(folder);
  const { address, kind, label, determinants, seed } = job;
  const record = () => ({
    version: 1 as const,
    address,
    kind,
    label,
    preset,
    determinants,
    seed,
    runFolder: runFolder(job),
    finished: new Date().toISOString(),
  });
  try {
    const measured = await measure(job, context, log);
    if (measured === null) return null;
    checkNumbers(measured);
    if (kind === "finetune" && !context.keepModels) {
      await Deno.remove(`${folder}/checkpoints`, { recursive: true });
    }
    const { kind: device, adapter, numerics } = context.device.description;
    return {
      ...record(),
      status: "done",
      metrics: measured.metrics,
      curves: measured.curves,
      ...log.clock(),
      steps: measured.steps,
      device: { kind: device, adapter, numerics },
      toolkit: context.toolkit,
      numericsVersion: RESULTS_VERSION,
      dataFingerprint: dataOf(job),
      standIns: job.standIns,
      remarks: [...job.remarks, ...measured.remarks ?? []],
    };
  } catch (error) {
    const { message, stack } = error as Error;
    log.write(`failed: ${message}`);
    if (stack !== undefined) log.write(stack);
    return {
      ...record(),
      status: "failed",
      error: message,
      log: `${runFolder(job)}/${JOB_LOG}`,
      ...(error instanceof NonFiniteError && { diverged: true }),
    };
  } finally {
    await log.close();
  }
}

async function measure(job: Job, context: JobContext, log: JobLog): Promise<Measured | null> {
  switch (job.kind) {
    case "pretrain":
      return await runPretrainJob(job, context, log);
    case "untrained":
      return await runUntrainedJob(job, context);
    case "finetune":
      return await runFinetuneJob(job, context, log);
    case "measure":
      return job.measure === "layers"
        ? await runLayersJob(job, context)
        : await runSpeedupJob(job, context);
  }
}

/** Rejects NaN and infinity, which JSON cannot represent. */
function checkNumbers({ metrics, curves }: Measured): void {
  for (const [name, value] of Object.entries(metrics)) {
    if (!Number.isFinite(value)) throw new NonFiniteError(`${name} is ${value}`);
  }
  for (const [name, curve] of Object.entries(curves)) {
    if (!curve!.y.every(Number.isFinite)) {
      throw new NonFiniteError(`The curve ${name} contains a value that is not finite`);
    }
  }
}

function dataOf({ determinants }: Job): string {
  return String(determinants.data ?? determinants.text ?? determinants.dev ?? "none");
}
