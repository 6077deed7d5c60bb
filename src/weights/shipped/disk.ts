/**
 * The model that comes with the package as a folder on disk. Requires Deno's file access.
 *
 * @module
 */
import {
  cacheFolder,
  folderOf,
  ifExists,
  isInaccessible,
  isOfAnotherUser,
  sha256File,
} from "../../files/mod.ts";
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
async function writeShippedModel(folder: string): Promise<void> {
  const read = await shippedFiles();
  await Deno.mkdir(folder, { recursive: true });
  for (const name of FILES) {
    const bytes = await read(name);
    if (bytes !== null) await Deno.writeFile(`${folder}/${name}`, bytes);
  }
}

/**
 * Returns the folder of the model that comes with the package. The first call writes it to the cache folder, or to a temporary folder of this user if the cache
 * is not accessible or belongs to another user.
 *
 * @throws {ShippedModelError} if this copy of the package does not contain the weights
 */
export async function shippedFolder(): Promise<string> {
  const name = `${SHIPPED_MODEL}-${describeShippedModel().sha256.slice(0, 16)}`;
  const cache = cacheFolder();
  const cached = await isOfAnotherUser(cache)
    ? null
    : await ifWritable(storedIn(`${cache}/models/${name}`));
  if (cached !== null) return cached;
  const fresh = await Deno.makeTempDir({ prefix: `${SHIPPED_MODEL}-` });
  // The owner of a new file is known without the permission to ask the system.
  const { uid } = await Deno.stat(fresh);
  const kept = await ifWritable(
    storedIn(`${folderOf(fresh)}/${name}${uid === null ? "" : `-${uid}`}`),
  );
  const owner = kept === null ? null : await Deno.lstat(kept);
  if (owner?.isDirectory && owner.uid === uid) {
    await Deno.remove(fresh);
    return kept!;
  }
  // Another user created a folder with this name.
  await writeShippedModel(fresh);
  return fresh;
}

/** Returns the folder after writing the model to it, if its weights are missing or damaged. */
async function storedIn(folder: string): Promise<string> {
  if (await isStored(folder)) return folder;
  const unfinished = `${folder}.${crypto.randomUUID()}.tmp`;
  try {
    await writeShippedModel(unfinished);
    // A damaged folder is replaced.
    await ifExists(Deno.remove(folder, { recursive: true }));
    await Deno.rename(unfinished, folder);
  } catch (error) {
    await Deno.remove(unfinished, { recursive: true }).catch(() => {});
    // Another process may have written the folder meanwhile.
    if (!await isStored(folder)) throw error;
  }
  return folder;
}

async function isStored(folder: string): Promise<boolean> {
  const sum = await ifWritable(sha256File(`${folder}/model.safetensors`));
  return sum === describeShippedModel().sha256;
}

/** Waits for an access; returns null if the file or folder is missing, read-only, or not accessible to this user. */
async function ifWritable<T>(access: Promise<T>): Promise<T | null> {
  try {
    return await access;
  } catch (error) {
    if (isInaccessible(error) || isReadOnly(error)) return null;
    throw error;
  }
}

function isReadOnly(error: unknown): boolean {
  return error instanceof Error && /read-only file system|os error 30\b/i.test(error.message);
}
