/**
 * What `--data` means: a folder that prepare made, or text to be prepared into the run folder first.
 *
 * @module
 */
import { type OpenedData, openShards, prepare } from "../../../src/data/disk/mod.ts";
import { loadTokenizer } from "../../../src/text/disk/mod.ts";
import { createProgress } from "../progress.ts";

/** Where the data comes from. */
export interface DataFlags {
  /** One prepared folder, or paths, folders and patterns of text. */
  readonly data: readonly string[];
  /** Vocabulary for text. */
  readonly vocab?: string;
  /** The run folder. */
  readonly output: string;
  readonly quiet?: boolean;
}

async function isPrepared(folder: string): Promise<boolean> {
  return await Deno.stat(`${folder}/index.json`).then(({ isFile }) => isFile, () => false);
}

/**
 * Opens prepared data, or prepares text into `OUTPUT/data` and opens that; a resumed run finds it there.
 *
 * @returns null when text is given without a vocabulary.
 */
export async function openData(flags: DataFlags): Promise<OpenedData | null> {
  const { data, vocab, output, quiet } = flags;
  if (data.length === 1 && await isPrepared(data[0])) return await openShards(data[0]);
  const prepared = `${output}/data`;
  if (!await isPrepared(prepared)) {
    if (vocab === undefined) return null;
    const progress = createProgress({ title: "preparing", unit: "byte", quiet });
    const tokenizer = await loadTokenizer(vocab);
    await Deno.mkdir(output, { recursive: true });
    await prepare({
      inputs: data,
      tokenizer,
      output: prepared,
      onProgress: ({ bytesRead, tokens }) => progress.update(bytesRead, `${tokens} tokens`),
    });
    progress.end();
  }
  return await openShards(prepared);
}
