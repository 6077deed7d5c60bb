/**
 * Pretraining from prepared data into a run folder.
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
import { latestCheckpoint } from "./checkpoint.ts";
import { PretrainLoop } from "./pretrain_loop.ts";
import { PretrainRanks } from "./pretrain_ranks.ts";
import type { DataSource, PretrainResult, PretrainRun } from "./pretrain_run.ts";
import { checkPrecision } from "./precision.ts";
import { determinants } from "./pretrain_settings.ts";
import { checkResume } from "./resume.ts";
import { RunFolder } from "../runs/disk.ts";

/**
 * Pretrains until the schedule's last step or until the observer asks to stop, then saves.
 *
 * @throws {RangeError} when the device does not have the precision.
 * @throws {RunFolderError} when the output holds another run, or one whose settings differ.
 * @throws {NonFiniteError} when gradients became NaN; the last checkpoint stays as it was.
 */
export async function pretrain(run: PretrainRun): Promise<PretrainResult> {
  checkPrecision(run.device, run.settings.precision);
  const { group } = run.ranks ?? SINGLE_PROCESS;
  await assertSameFacts(group, factsOf(run));
  if (group.rank > 0) await follow(run);
  return await fromRank0(group, () => lead(run));
}

/** Runs the loop in the run folder, which only rank 0 has. */
async function lead(run: PretrainRun): Promise<PretrainResult> {
  const folder = await RunFolder.open(run.output);
  try {
    const checkpoint = await prepareFolder(run, folder);
    const loop = new PretrainLoop(run, folder);
    try {
      return await loop.run(checkpoint);
    } finally {
      await loop.close();
    }
  } finally {
    await folder.close();
  }
}

async function follow(run: PretrainRun): Promise<void> {
  const ranks = new PretrainRanks(run);
  try {
    await ranks.follow();
  } finally {
    ranks.free();
  }
}

/** What must be the same on every rank. */
function factsOf(run: PretrainRun): Map<string, unknown> {
  const { sources, provenance, settings, ranks = SINGLE_PROCESS } = run;
  return new Map<string, unknown>([
    ["code", provenance.code],
    ["vocabulary", sources[0].data.corpus.vocabulary.fingerprint],
    ...Object.entries(factsToCompare(determinantsOf(run), ranks)),
    ["evalExamples", settings.evalExamples],
    ["loggingSteps", settings.loggingSteps],
    ["allReduce", ranks.allReduce],
    ["checkRanksSteps", ranks.checkSteps],
    ["shardOptimizer", ranks.shardOptimizer],
  ]);
}

/** Names the data and, for a mixture, its weights. */
function dataFingerprint(sources: readonly DataSource[]): string {
  if (sources.length === 1) return sources[0].data.index.fingerprint;
  return sources.map(({ data, weight }) => `${weight}·${data.index.fingerprint}`).join(" + ");
}

function determinantsOf(
  { config, device, settings, sources }: PretrainRun,
): Record<string, unknown> {
  return determinants(config, settings, dataFingerprint(sources), {
    kind: device.description.kind,
    ...device.description.numerics,
  });
}

/** Checks what the folder holds against what is asked, and says where to start. */
async function prepareFolder(run: PretrainRun, folder: RunFolder): Promise<string | null> {
  const { device, settings, output } = run;
  const determining = determinantsOf(run);
  const earlier = await folder.readSettings();
  const checkpoint = await latestCheckpoint(output);
  checkResume(run, checkpoint, earlier, determining);
  await folder.writeSettings({
    ...run.provenance,
    adapter: device.description.adapter,
    world: describeParallel(run.ranks ?? SINGLE_PROCESS),
    settings,
    determinants: determining,
  });
  return checkpoint;
}
