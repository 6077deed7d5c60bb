/**
 * The pretrained model that comes with the package, as the files of a Hugging Face folder.
 *
 * @module
 */
import { readTokenizer, withMaxLength } from "../../text/mod.ts";
import type { ReadFile } from "../model_files.ts";
import { decodeBase64, type EmbeddedModel } from "./embedded.ts";
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

/**
 * Returns the files of an embedded model by name.
 *
 * @throws {DOMException} if its text is not valid base64
 */
export async function embeddedFolder(
  model: EmbeddedModel,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const { config, card, vocabulary, weights } = await model.load();
  const pieces = decodeBase64([vocabulary]);
  const tokenizer = await readTokenizer((name) =>
    Promise.resolve(name === "spiece.model" ? pieces : null)
  );
  const { max_position_embeddings } = JSON.parse(config);
  const files = new Map<string, string | Uint8Array>([
    ["README.md", card],
    ["config.json", config],
    ["model.safetensors", decodeBase64(weights)],
    ...withMaxLength(new Map(Object.entries(tokenizer!.toFiles())), max_position_embeddings),
  ]);
  return new Map(
    [...files].map(([name, content]) => [
      name,
      typeof content === "string" ? new TextEncoder().encode(content) : new Uint8Array(content),
    ]),
  );
}

function required(): EmbeddedModel {
  if (MODEL !== null) return MODEL;
  throw new ShippedModelError(
    `This copy of the package does not contain the weights of ${SHIPPED_MODEL}; give a model folder or hf:OWNER/NAME`,
  );
}
