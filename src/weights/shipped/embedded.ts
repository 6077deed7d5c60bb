/**
 * The form of the modules that contain a model: its files as text.
 *
 * @module
 */
import { readTokenizer, withMaxLength } from "../../text/mod.ts";

/** The model that `deno task ship` wrote into this folder. */
export interface EmbeddedModel {
  /** SHA-256 of `model.safetensors`, in hexadecimal digits. */
  readonly sha256: string;
  /** Sizes and accuracy in a few words. */
  readonly summary: string;
  /** Imports the files. */
  load(): Promise<EmbeddedFiles>;
}

/** The files that the others are made from. */
export interface EmbeddedFiles {
  /** `config.json` */
  readonly config: string;
  /** The model card, `README.md`. */
  readonly card: string;
  /** `spiece.model` in base64. */
  readonly vocabulary: string;
  /** `model.safetensors` in base64, in parts of whole bytes. */
  readonly weights: readonly string[];
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

/**
 * Decodes base64 text. `Uint8Array.fromBase64()` is missing in Node 22.
 *
 * @param parts texts that each encode a whole number of bytes
 * @throws {DOMException} if a text is not valid base64
 */
function decodeBase64(parts: readonly string[]): Uint8Array<ArrayBuffer> {
  const decoded = parts.map((part) => atob(part));
  const bytes = new Uint8Array(decoded.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const text of decoded) {
    for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i);
  }
  return bytes;
}
