/**
 * Finetuning into a run folder.
 *
 * @module
 */
import {
  assertSameFacts,
  describeParallel,
  factsToCompare,
  fromRank0,
  SINGLE_PROCESS,
} from "../distributed/mod.ts";
import { configToJson } from "../model/mod.ts";
import { latestCheckpoint } from "./checkpoint.ts";
import { checkPrecision } from "./precision.ts";
import { RunFolder } from "../runs/disk.ts";
import { checkResume } from "./resume.ts";
import { FinetuneLoop } from "./finetune_loop.ts";
import { FinetuneRanks } from "./finetune_ranks.ts";
import type { FinetuneResult, FinetuneRun } from "./finetune_run.ts";
import type { FinetuneExample } from "./finetune_task.ts";

/**
 * Finetunes until the schedule's last step, until it stops early or until the observer asks to stop, then saves.
 *
 * @throws {RunFolderError} when the output holds another run, or one whose settings differ.
 * @throws {NonFiniteError} when gradients became NaN; the last checkpoint stays as it was.
 */
export async function finetune<E extends FinetuneExample, O>(
  run: FinetuneRun<E, O>,
): Promise<FinetuneResult> {
  checkPrecision(run.device, run.settings.precision);
  const ranks = run.ranks ?? SINGLE_PROCESS;
  const { group, allReduce, checkSteps, shardOptimizer } = ranks;
  await assertSameFacts(
    group,
    new Map<string, unknown>([
      ["code", run.provenance.code],
      ...Object.entries(factsToCompare(determinants(run), ranks)),
      ["loggingSteps", run.settings.loggingSteps],
      ["allReduce", allReduce],
      ["checkRanksSteps", checkSteps],
      ["shardOptimizer", shardOptimizer],
    ]),
  );
  if (group.rank > 0) await follow(run);
  return await fromRank0(group, () => lead(run));
}

/** Runs the loop in the run folder, which only rank 0 has. */
async function lead<E extends FinetuneExample, O>(
  run: FinetuneRun<E, O>,
): Promise<FinetuneResult> {
  const folder = await RunFolder.open(run.output);
  try {
    const determining = determinants(run);
    const checkpoint = await latestCheckpoint(run.output);
    checkResume(run, checkpoint, await folder.readSettings(), determining);
    await folder.writeSettings({
      ...run.provenance,
      task: run.task.name,
      adapter: run.device.description.adapter,
      world: describeParallel(run.ranks ?? SINGLE_PROCESS),
      settings: run.settings,
      determinants: determining,
    });
    const loop = new FinetuneLoop(run, folder);
    try {
      return await loop.run(checkpoint);
    } finally {
      await loop.close();
    }
  } finally {
    await folder.close();
  }
}

async function follow<E extends FinetuneExample, O>(run: FinetuneRun<E, O>): Promise<void> {
  const ranks = new FinetuneRanks(run);
  try {
    await ranks.follow();
  } finally {
    ranks.trainer.free();
  }
}

/** What must be the same for a run to go on: every setting that changes a byte of the weights. */
function determinants<E extends FinetuneExample, O>(
  { config, device, settings, task, weightsSha256, dataSha256 }: FinetuneRun<E, O>,
): Record<string, unknown> {
  const { kind, numerics } = device.description;
  const { seed, shuffle, batchSize, microBatchSize, maxSeqLength, optimizer, schedule } = settings;
  return {
    task: task.name,
    weights: weightsSha256,
    data: dataSha256,
    trainExamples: task.train.length,
    heldOutExamples: task.heldOut.map(({ examples }) => examples.length),
    config: configToJson(config, [task.architecture(config)]),
    numerics: { kind, ...numerics },
    seed,
    shuffle,
    batchSize,
    microBatchSize,
    maxSeqLength,
    earlyStopPatience: settings.earlyStopPatience,
    // Runs that were made before there was a choice say nothing of it.
    ...(settings.precision !== "f32" && { precision: settings.precision }),
    optimizer,
    schedule,
  };
}
