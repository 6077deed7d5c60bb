/**
 * From a checkpoint to the modules of the package.
 *
 * @module
 */
import { atomicWriteFile, folderOf } from "../../src/files/mod.ts";
import { parseConfig } from "../../src/model/mod.ts";
import { convertFolder, resolveCheckpoint } from "../../src/train/disk.ts";
import { parseSafetensors } from "../../src/weights/mod.ts";
import { ROOT } from "../launch/files.ts";
import { modelModules, type ModelParts } from "./modules.ts";

/** Folder of the modules. */
const GENERATED = `${ROOT}/src/weights/shipped/generated`;
/** Limit of the weights in half precision. */
const MOST_BYTES = 5e6;

/**
 * Reads a checkpoint in half precision.
 *
 * @param checkpoint a run folder or a model folder with `spiece.model`
 * @throws {ConfigError} if it is not a valid model
 * @throws {RangeError} if the weights are larger than 5 MB or exceed the range of f16
 */
export async function readModelParts(checkpoint: string): Promise<ModelParts> {
  const temporary = await Deno.makeTempDir();
  try {
    const folder = `${temporary}/model`;
    const from = await resolveCheckpoint(checkpoint);
    await convertFolder(from, folder, { precision: "f16" });
    const weights = await Deno.readFile(`${folder}/model.safetensors`);
    if (weights.length > MOST_BYTES) {
      throw new RangeError(
        `The weights have ${weights.length} bytes, expected at most ${MOST_BYTES}`,
      );
    }
    const config = await Deno.readTextFile(`${folder}/config.json`);
    return {
      summary: sizes(config, weights),
      config,
      card: "",
      vocabulary: await Deno.readFile(`${from}/spiece.model`),
      weights,
    };
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

/** Returns `3 layers of 256 units, 2.0 million parameters`. */
function sizes(config: string, weights: Uint8Array): string {
  const { numHiddenLayers, hiddenSize } = parseConfig(config);
  const parameters = [...parseSafetensors(weights).tensors.values()]
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  return `${numHiddenLayers} layers of ${hiddenSize} units, ${
    (parameters / 1e6).toFixed(1)
  } million parameters`;
}

/** Replaces the modules of `src/weights/shipped/generated`. */
export async function writeModules(parts: ModelParts): Promise<void> {
  await Deno.remove(GENERATED, { recursive: true });
  for (const [path, text] of modelModules(parts)) {
    const file = `${GENERATED}/${path}`;
    await Deno.mkdir(folderOf(file), { recursive: true });
    await atomicWriteFile(file, text);
  }
}
