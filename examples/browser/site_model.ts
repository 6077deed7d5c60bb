/**
 * The files of a model in the site.
 *
 * @module
 */
import { SHIPPED_MODEL, shippedFiles, ShippedModelError } from "@albert-lab/albert";
import { hexDigest } from "./link.ts";
import { SERVED_MODEL, type ServedModel } from "./served_model.ts";
import type { Site } from "./site.ts";

/** Files that the page may read, in the order of their use. */
const FILES = [
  ...["config.json", "model.safetensors", "spiece.model", "tokenizer.json", "vocab.txt"],
  ...["tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "README.md"],
  ...["modules.json", "sentence_bert_config.json", "1_Pooling/config.json"],
];

/** Reads a file of a folder; null if it does not exist. */
type Read = (name: string) => Promise<Uint8Array | null>;

/**
 * Returns the files of a model as part of a site.
 *
 * @param folder a folder in the format of Hugging Face; the pretrained model of the package by default
 * @returns an empty site if this copy of the package contains no weights, and no folder is given
 * @throws {TypeError} if the folder contains no model
 */
export async function modelSite(folder?: string): Promise<Site> {
  const read = folder === undefined ? await shipped() : fileReader(folder);
  if (read === null) return new Map();
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  for (const name of FILES) {
    const bytes = await read(name);
    if (bytes !== null) files.set(name, new Uint8Array(bytes));
  }
  for (const name of ["config.json", "model.safetensors"]) {
    if (!files.has(name)) throw new TypeError(`${folder} does not contain ${name}`);
  }
  const index: ServedModel = {
    title: folder === undefined ? SHIPPED_MODEL : "Pretrained model",
    version: await versionOf([...files.values()]),
    files: [...files.keys()].filter((name) => name !== "README.md"),
  };
  return new Map([
    [SERVED_MODEL, new TextEncoder().encode(JSON.stringify(index))],
    ...[...files].map(([name, bytes]) => [`model/${name}`, bytes] as const),
  ]);
}

async function shipped(): Promise<Read | null> {
  try {
    return await shippedFiles();
  } catch (error) {
    if (error instanceof ShippedModelError) return null;
    throw error;
  }
}

function fileReader(folder: string): Read {
  return async (name) => {
    try {
      return await Deno.readFile(`${folder}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return null;
      throw error;
    }
  };
}

async function versionOf(files: readonly Uint8Array<ArrayBuffer>[]): Promise<string> {
  const bytes = await new Blob([...files]).bytes();
  return (await hexDigest(bytes)).slice(0, 16);
}
