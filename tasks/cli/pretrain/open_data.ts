/**
 * What `--data` means: a folder that prepare made, or text to be prepared into the run folder first.
 *
 * @module
 */
import { type OpenedData, openShards, prepare } from "../../../src/data/disk/mod.ts";
import { loadTokenizer } from "../../../src/text/disk/mod.ts";
import type { DataSource } from "../../../src/train/disk.ts";
import { createProgress } from "../progress.ts";
import { UsageError } from "../errors.ts";

/** Where the data comes from. */
export interface DataFlags {
  /** One prepared folder, or paths, folders and patterns of text. */
  readonly data: readonly string[];
  /** Weights of named folders, `wiki=0.7,books=0.3`. */
  readonly mixture?: string;
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
async function openData(flags: DataFlags): Promise<OpenedData | null> {
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

/**
 * Opens what `--data` and `--mixture` name.
 *
 * @throws {UsageError} when they do not fit each other, or nothing is prepared.
 */
export async function openSources(flags: DataFlags): Promise<DataSource[]> {
  if (flags.mixture === undefined) {
    const data = await openData(flags);
    if (data === null) {
      throw new UsageError(
        `${
          flags.data.join(" ")
        } holds no prepared data; run prepare first, or give --vocab to prepare text now`,
      );
    }
    return [{ name: "", data, weight: 1 }];
  }
  const folders = namedPaths("--data", flags.data);
  const sources: DataSource[] = [];
  for (const part of flags.mixture.split(",")) {
    const [name, weight] = part.trim().split("=");
    const folder = folders.get(name);
    if (folder === undefined || !(Number(weight) > 0)) {
      throw new UsageError(
        `--mixture ${flags.mixture}: ${part} is not NAME=WEIGHT with a NAME of --data NAME=FOLDER`,
      );
    }
    sources.push({ name, data: await openShards(folder), weight: Number(weight) });
  }
  checkVocabularies(sources);
  return sources;
}

/** Opens `NAME=FOLDER` held-out sets. */
export async function openEvalData(paths: readonly string[]): Promise<Map<string, OpenedData>> {
  const opened = new Map<string, OpenedData>();
  for (const [name, folder] of namedPaths("--eval-data", paths)) {
    opened.set(name, await openShards(folder));
  }
  return opened;
}

function namedPaths(flag: string, paths: readonly string[]): Map<string, string> {
  return new Map(paths.map((path) => {
    const match = /^(\w+)=(.+)$/.exec(path);
    if (match === null) throw new UsageError(`${flag} ${path} is not NAME=FOLDER`);
    return [match[1], match[2]];
  }));
}

function checkVocabularies([first, ...others]: readonly DataSource[]): void {
  const { fingerprint } = first.data.corpus.vocabulary;
  const other = others.find(({ data }) => data.corpus.vocabulary.fingerprint !== fingerprint);
  if (other !== undefined) {
    throw new UsageError(
      `${other.data.folder} was prepared with another vocabulary than ${first.data.folder}; prepare both with one`,
    );
  }
}
