/**
 * The pretrained model that comes with the package, as the files of a Hugging Face folder.
 *
 * @module
 */
import type { ReadFile } from "../model_files.ts";
import { embeddedFolder, type EmbeddedModel } from "./embedded.ts";
import { MODEL } from "./generated/model.ts";
import { SHIPPED_MODEL } from "./name.ts";

export * from "./name.ts";

/** The error for a copy of the package without the weights of its model. */
export class ShippedModelError extends Error {
  /** The name of the class. */
  override readonly name = "ShippedModelError";
}

/** Returns whether this copy of the package contains the weights of {@linkcode SHIPPED_MODEL}. */
export function hasShippedModel(): boolean {
  return MODEL !== null;
}

/**
 * Returns the SHA-256 of the weights of {@linkcode SHIPPED_MODEL}, and its sizes and accuracy in a few words.
 *
 * @throws {ShippedModelError} if this copy of the package does not contain them
 */
export function describeShippedModel(): { readonly sha256: string; readonly summary: string } {
  return required();
}

/**
 * Returns the files of {@linkcode SHIPPED_MODEL} as {@linkcode Albert.load} reads them: `config.json`, `model.safetensors` in half precision, the tokenizer and the
 * model card. They are modules of the package, imported by the first call, and need neither a network nor permissions.
 *
 * @throws {ShippedModelError} if this copy of the package does not contain them
 *
 * @example The size of the weights
 * ```ts ignore
 * import { shippedFiles } from "@albert-lab/albert";
 *
 * const read = await shippedFiles();
 * console.log((await read("model.safetensors"))?.length);
 * ```
 */
export async function shippedFiles(): Promise<ReadFile> {
  const files = await embeddedFolder(required());
  return (name) => Promise.resolve(files.get(name) ?? null);
}

function required(): EmbeddedModel {
  if (MODEL !== null) return MODEL;
  throw new ShippedModelError(
    `This copy of the package does not contain the weights of ${SHIPPED_MODEL}; give a model folder or hf:OWNER/NAME`,
  );
}
