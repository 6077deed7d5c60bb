/**
 * A model as it is initialized, in a folder like a trained one.
 *
 * @module
 */
import {
  initialize,
  pretrainingArchitecture,
  PretrainingModel,
  readTensors,
} from "../../../src/model/mod.ts";
import { readModelFolder, writeModelFolder } from "../../../src/train/disk.ts";
import { type JobContext, type Measured, runFolder } from "./context.ts";
import { measureIntrinsic } from "./intrinsic.ts";
import type { UntrainedJob } from "./job.ts";

/** Where the model lies in the job's folder. */
export function untrainedFolder(folder: string): string {
  return `${folder}/model`;
}

/** Writes the model and measures it. */
export async function runUntrainedJob(
  { config, seed, size, ...job }: UntrainedJob,
  { device, data, output }: JobContext,
): Promise<Measured> {
  const folder = untrainedFolder(`${output}/${runFolder(job)}`);
  const model = new PretrainingModel(device, config, { trainable: false });
  try {
    initialize(model.parameters, seed, config.initializerRange);
    await Deno.mkdir(folder, { recursive: true });
    await writeModelFolder(folder, {
      config,
      architecture: pretrainingArchitecture(config),
      tensors: await readTensors(model.parameters),
      files: await data.vocabularyFiles(),
      card: "A model as it is initialized: the control of the paper's experiments.\n",
    });
  } finally {
    model.parameters.free();
  }
  const loaded = await readModelFolder(folder);
  const metrics = await measureIntrinsic(device, loaded, await data.text("dev"), size);
  return { metrics, curves: {}, steps: 0 };
}
