/**
 * The model that comes with the package as a folder on disk. Requires Deno's file access.
 *
 * @module
 */
import { cacheFolder, ifExists, sha256File } from "../../files/mod.ts";
import { describeShippedModel, SHIPPED_MODEL, shippedFiles } from "./mod.ts";

/** The files of the folder. */
const FILES = [
  ...["README.md", "config.json", "model.safetensors", "spiece.model"],
  ...["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"],
];

/**
 * Writes the model that comes with the package to a folder, which transformers opens.
 *
 * @param folder is created if it is missing; its files are overwritten
 * @throws {ShippedModelError} if this copy of the package does not contain the weights
 */
export async function writeShippedModel(folder: string): Promise<void> {
  const read = await shippedFiles();
  await Deno.mkdir(folder, { recursive: true });
  for (const name of FILES) {
    const bytes = await read(name);
    if (bytes !== null) await Deno.writeFile(`${folder}/${name}`, bytes);
  }
}

/**
 * Returns the folder of the model that comes with the package. The first call writes it to the cache folder, or to a temporary folder if the cache is not writable.
 *
 * @throws {ShippedModelError} if this copy of the package does not contain the weights
 */
export async function shippedFolder(): Promise<string> {
  const { sha256 } = describeShippedModel();
  const folder = `${cacheFolder()}/models/${SHIPPED_MODEL}-${sha256.slice(0, 16)}`;
  if (await ifExists(sha256File(`${folder}/model.safetensors`)) === sha256) return folder;
  const unfinished = `${folder}.${crypto.randomUUID()}.tmp`;
  try {
    await writeShippedModel(unfinished);
    // A damaged folder is replaced.
    await ifExists(Deno.remove(folder, { recursive: true }));
    await Deno.rename(unfinished, folder);
    return folder;
  } catch (error) {
    await ifExists(Deno.remove(unfinished, { recursive: true })).catch(() => {});
    // Another process may have written the folder meanwhile.
    if (await ifExists(sha256File(`${folder}/model.safetensors`)) === sha256) return folder;
    if (!(error instanceof Deno.errors.PermissionDenied) && !isReadOnly(error)) throw error;
  }
  const temporary = await Deno.makeTempDir({ prefix: `${SHIPPED_MODEL}-` });
  await writeShippedModel(temporary);
  return temporary;
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && /read-only file system|os error 30\b/i.test(error.message);
}
