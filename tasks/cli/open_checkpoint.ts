/**
 * A checkpoint with its vocabulary, held against each other.
 *
 * @module
 */
import { checkVocabularySize, type ModelConfig } from "../../src/model/mod.ts";
import { loadTokenizer } from "../../src/text/disk/mod.ts";
import type { Tokenizer } from "../../src/text/mod.ts";
import { readModelFolder, resolveCheckpoint } from "../../src/train/disk.ts";
import type { Safetensors } from "../../src/weights/mod.ts";
import { downloadProgress } from "./download_progress.ts";

/** What a model folder holds. */
export interface OpenedCheckpoint {
  /** Where it lies, in the cache for a downloaded one. */
  readonly folder: string;
  readonly config: ModelConfig;
  readonly weights: Safetensors;
  readonly tokenizer: Tokenizer;
}

/**
 * Reads a model folder, the best or latest checkpoint of a run folder, or a model of the hub.
 *
 * @throws {ConfigError} when the vocabulary has pieces that the model has no embedding for.
 */
export async function openCheckpoint(
  checkpoint: string,
  options: { readonly quiet?: boolean },
): Promise<OpenedCheckpoint> {
  const folder = await resolveCheckpoint(checkpoint, downloadProgress(options));
  const { config, weights } = await readModelFolder(folder);
  const tokenizer = await loadTokenizer(folder);
  checkVocabularySize(tokenizer, config, folder);
  return { folder, config, weights, tokenizer };
}
