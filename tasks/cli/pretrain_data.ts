/**
 * The data of `albert pretrain`: prepared folders, or text that is prepared into the folder of the run.
 *
 * @module
 */
import { type OpenedData, openShards, prepare } from "../../src/data/disk/mod.ts";
import { lacks } from "../../src/files/mod.ts";
import { isObject, quote } from "../../src/json/mod.ts";
import type { DataSource } from "../../src/pretraining/disk.ts";
import { RunFolder } from "../../src/runs/disk.ts";
import { latestCheckpoint, readRunSettings } from "../../src/train/disk.ts";
import { UsageError } from "./errors.ts";
import { openVocabulary } from "./open_checkpoint.ts";
import { createProgress } from "./progress.ts";
import { seedFolders } from "./run_flags.ts";
import type { PretrainFlags } from "./train_options.ts";

/** Flags of `albert pretrain` with --data. */
type DataFlags =
  & Pick<PretrainFlags, "mixture" | "vocab" | "output" | "resume">
  & { readonly data: readonly string[]; readonly quiet?: boolean };

/**
 * Opens the data that `--data` and `--mixture` name.
 *
 * @param prepares whether this process may prepare text
 * @param inherited the vocabulary without `--vocab`, if there is one
 * @throws {UsageError} if they do not match, or the data is text and there is no vocabulary.
 */
export async function openSources(
  flags: DataFlags,
  prepares: boolean,
  inherited: string | undefined,
): Promise<DataSource[]> {
  if (flags.mixture === undefined) {
    const [folder, ...others] = flags.data;
    const data = others.length === 0 && await isPrepared(folder)
      ? await openShards(folder)
      : await openText(flags, prepares, inherited);
    if (data === null) {
      const problem = others.length > 0 || /[*?]/.test(folder)
        ? `${flags.data.join(" ")} is not prepared data`
        : lacks(folder, "prepared data (index.json)");
      throw new UsageError(
        `${problem}; run albert prepare first, or add --vocab to prepare text now`,
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
        `--mixture must be a list of NAME=WEIGHT with a NAME of --data NAME=FOLDER (got ${part})`,
      );
    }
    sources.push({ name, data: await openShards(folder), weight: Number(weight) });
  }
  for (const { data } of sources) checkVocabulary(sources[0].data, data);
  return sources;
}

/**
 * Opens the validation sets `NAME=FOLDER` of `--eval-data`.
 *
 * @throws {UsageError} if a name is that of a source, or the vocabulary is another than that of the sources.
 */
export async function openEvalData(
  paths: readonly string[],
  sources: readonly DataSource[],
): Promise<Map<string, OpenedData>> {
  const opened = new Map<string, OpenedData>();
  for (const [name, folder] of namedPaths("--eval-data", paths)) {
    if (sources.some((source) => source.name === name)) {
      throw new UsageError(`--eval-data ${name}=${folder}: --mixture has a source named ${name}`);
    }
    const data = await openShards(folder);
    checkVocabulary(sources[0].data, data);
    opened.set(name, data);
  }
  return opened;
}

async function isPrepared(folder: string): Promise<boolean> {
  return await Deno.stat(`${folder}/index.json`).then(({ isFile }) => isFile, () => false);
}

/**
 * Prepares text into `OUTPUT/data`, where a resumed run finds it.
 *
 * @returns null without a vocabulary
 * @throws {UsageError} if a run in the folder was started with other text.
 */
async function openText(
  { data, vocab, output, resume, quiet }: DataFlags,
  prepares: boolean,
  inherited: string | undefined,
): Promise<OpenedData | null> {
  const prepared = `${output}/data`;
  const isReady = await isPrepared(prepared);
  if (isReady && (!prepares || await isOfRun({ data, vocab, output, resume }))) {
    return await openShards(prepared);
  }
  const name = vocab ?? inherited;
  if (name === undefined) return null;
  const progress = createProgress({ title: "preparing", unit: "byte", quiet });
  const tokenizer = await openVocabulary(name, { quiet });
  await Deno.mkdir(output, { recursive: true });
  await prepare({
    inputs: data,
    tokenizer,
    output: prepared,
    // What an earlier command without a run left may be other text.
    overwrite: true,
    onProgress: ({ bytesRead, tokens }) => progress.update(bytesRead, `${tokens} tokens`),
  });
  progress.end();
  return await openShards(prepared);
}

/**
 * Whether `OUTPUT/data` is the text of a run, which needs it to resume: that in the folder, or those of its seeds.
 *
 * @throws {UsageError} if it is the text of a run that was started with another one.
 * @throws {RunFolderError} if that run has no checkpoint yet, and is running.
 */
async function isOfRun({ data, vocab, output, resume }: DataFlags): Promise<boolean> {
  let isFound = false;
  for (const run of [output, ...await seedFolders(output)]) {
    const flags = (await readRunSettings(run))?.flags;
    const hasCheckpoint = await latestCheckpoint(run) !== null;
    if (!isObject(flags)) {
      isFound ||= hasCheckpoint; // Its run.json may be restored.
      continue;
    }
    const [name, now] = Object.entries({ data, vocab })
      .find(([name, now]) => JSON.stringify(flags[name]) !== JSON.stringify(now)) ?? [];
    if (name === undefined) {
      isFound = true;
      continue;
    }
    if (!hasCheckpoint) {
      // A run that ended before its first checkpoint has nothing to lose, unless it is running.
      if (!resume) await (await RunFolder.open(run)).close();
      continue;
    }
    const before = flags[name] === undefined ? "absent" : quote(flags[name]);
    throw new UsageError(
      `${output}/data is the text of the run in ${run}, whose --${name} was ${before} and is now ${
        now === undefined ? "absent" : quote(now)
      }; ${resume ? "leave it out to resume" : "choose another --output"}`,
    );
  }
  return isFound;
}

function namedPaths(flag: string, paths: readonly string[]): Map<string, string> {
  const named = new Map<string, string>();
  for (const path of paths) {
    const match = /^(\w+)=(.+)$/.exec(path);
    if (match === null) throw new UsageError(`${flag} must be NAME=FOLDER (got ${path})`);
    if (named.has(match[1])) throw new UsageError(`${flag} has two folders named ${match[1]}`);
    named.set(match[1], match[2]);
  }
  return named;
}

/** @throws {UsageError} if the folders have different vocabularies, whose ids mean other pieces. */
function checkVocabulary(first: OpenedData, other: OpenedData): void {
  const [one, two] = [first, other].map(({ corpus }) => corpus.vocabulary.fingerprint);
  if (one === two) return;
  throw new UsageError(
    `${first.folder} and ${other.folder} were prepared with different vocabularies; prepare both with the same one`,
  );
}
