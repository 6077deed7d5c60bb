/**
 * Pretraining from prepared data into a run folder.
 *
 * @module
 */
import { latestCheckpoint } from "./checkpoint.ts";
import { PretrainLoop } from "./pretrain_loop.ts";
import type { DataSource, PretrainResult, PretrainRun } from "./pretrain_run.ts";
import { determinants } from "./pretrain_settings.ts";
import { checkResume } from "./resume.ts";
import { RunFolder } from "./run_folder.ts";

/**
 * Pretrains until the schedule's last step or until the observer asks to stop, then saves.
 *
 * @throws {RunFolderError} when the output holds another run, or one whose settings differ.
 * @throws {NonFiniteError} when gradients became NaN; the last checkpoint stays as it was.
 */
export async function pretrain(run: PretrainRun): Promise<PretrainResult> {
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

/** Names the data and, for a mixture, its weights. */
function dataFingerprint(sources: readonly DataSource[]): string {
  if (sources.length === 1) return sources[0].data.index.fingerprint;
  return sources.map(({ data, weight }) => `${weight}·${data.index.fingerprint}`).join(" + ");
}

/** Checks what the folder holds against what is asked, and says where to start. */
async function prepareFolder(run: PretrainRun, folder: RunFolder): Promise<string | null> {
  const { device, config, settings, output } = run;
  const determining = determinants(config, settings, dataFingerprint(run.sources), {
    kind: device.description.kind,
    ...device.description.numerics,
  });
  const earlier = await folder.readSettings();
  const checkpoint = await latestCheckpoint(output);
  checkResume(run, checkpoint, earlier, determining);
  await folder.writeSettings({
    ...run.provenance,
    adapter: device.description.adapter,
    settings,
    determinants: determining,
  });
  return checkpoint;
}
