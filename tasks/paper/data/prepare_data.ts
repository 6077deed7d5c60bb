/**
 * Makes a run's data ready under `OUTPUT/data`: vocabulary, shards of text, and the manifest from which all jobs follow.
 *
 * @module
 */
import { expandInputs, prepare } from "../../../src/data/disk/mod.ts";
import { atomicWriteFile, LockedError, takeLock } from "../../../src/files/mod.ts";
import { loadTokenizer } from "../../../src/text/disk/mod.ts";
import { BENCHMARKS } from "../experiments/benchmarks.ts";
import type { Preset } from "../presets/mod.ts";
import { addressOf } from "../jobs/address.ts";
import { benchmarkFacts, raceLevels } from "./benchmark_facts.ts";
import { devDocuments } from "./dev_text.ts";
import type { BenchmarkFacts, DataManifest } from "./manifest.ts";
import { findText, type TextParts } from "./parts.ts";
import { readStandIns } from "./stand_ins.ts";
import { synthesize } from "./synthesize/mod.ts";

/** What data is to be made ready. */
export interface DataRequest {
  /** The run's folder. */
  readonly output: string;
  /** Folder of official data; the smoke preset makes its own where absent. */
  readonly data?: string;
  readonly preset: Preset;
  /** Of made-up data and of the vocabulary's sample. */
  readonly seed: number;
  /** Parts that stand in for what the paper used. */
  readonly standIns: readonly string[];
  /** Parts to leave out. */
  readonly without: readonly string[];
  say(sentence: string): void;
}

/** Data that is ready. */
export interface PreparedPaperData {
  /** Where the benchmarks' files are. */
  readonly root: string;
  readonly manifest: DataManifest;
}

/** Names of the folders under `OUTPUT/data`. */
export const VOCABULARY = "vocabulary";
/** The manifest's file, in the run's folder and beside committed results. */
export const MANIFEST_FILE = "data.json";

interface ManifestFile {
  readonly request: string;
  readonly manifest: DataManifest;
}

/**
 * Makes the data ready, or finds that it is.
 *
 * @throws {Error} when the folder was made with other data, or something is missing.
 */
export async function preparePaperData(request: DataRequest): Promise<PreparedPaperData> {
  const { output, preset } = request;
  if (request.data === undefined && preset.name !== "smoke") {
    throw new Error(
      `--data is missing: the preset ${preset.name} needs a folder with text, squad, glue and race; only smoke makes up its own`,
    );
  }
  await Deno.mkdir(`${output}/data`, { recursive: true });
  using _lock = await waitForLock(`${output}/data/.lock`, request.say);
  const root = request.data ?? `${output}/data/synthetic`;
  if (request.data === undefined) await synthesize(root, request.seed);
  const text = await findText(root, request.without);
  const name = await requestName(request, text);
  const file = `${output}/${MANIFEST_FILE}`;
  const earlier = await readManifestFile(file);
  if (earlier !== null) {
    if (earlier.request !== name) {
      throw new Error(
        `${output} was begun with other data or another preset; choose another --output, or give the same --data, --stand-in and --without again`,
      );
    }
    return { root, manifest: earlier.manifest };
  }
  const manifest = await makeManifest(request, root, text);
  await atomicWriteFile(file, `${JSON.stringify({ request: name, manifest }, null, 2)}\n`);
  return { root, manifest };
}

/** The manifest of an earlier run or of committed results; null where there is none. */
export async function readManifest(folder: string): Promise<DataManifest | null> {
  return (await readManifestFile(`${folder}/${MANIFEST_FILE}`))?.manifest ?? null;
}

async function readManifestFile(path: string): Promise<ManifestFile | null> {
  try {
    return JSON.parse(await Deno.readTextFile(path)) as ManifestFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw new Error(`Cannot read ${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** What tells one request from another without reading all text again: names and sizes of files. */
async function requestName(request: DataRequest, text: TextParts): Promise<string> {
  const { preset, standIns, without } = request;
  const files = await expandInputs([...text.plain, ...text.extra]);
  const sizes = await Promise.all(files.map(async (file) => (await Deno.stat(file)).size));
  const { vocabSize, vocabSentences } = preset;
  const names = files.map((file) => file.split("/").slice(-2).join("/"));
  return addressOf({ vocabSize, vocabSentences, standIns, without, names, sizes });
}

async function makeManifest(
  request: DataRequest,
  root: string,
  text: TextParts,
): Promise<DataManifest> {
  const { output, preset, seed, without, say } = request;
  const folder = `${output}/data`;
  say(`training a vocabulary of ${preset.vocabSize} pieces`);
  await trainVocabularyOnce(request, text);
  const tokenizer = await loadTokenizer(`${folder}/${VOCABULARY}`);
  const shards = async (name: string, inputs: readonly string[]) => {
    say(`preparing ${name} text`);
    await Deno.remove(`${folder}/${name}`, { recursive: true }).catch(() => {});
    const { index } = await prepare({ inputs, tokenizer, output: `${folder}/${name}` });
    return index.fingerprint;
  };
  const plain = await shards("plain", text.plain);
  const extended = text.extra.length === 0
    ? undefined
    : await shards("extended", [...text.plain, ...text.extra]);
  const standIns = await readStandIns(root, request.standIns);
  // What pretraining is measured on is marked nowhere, so nothing in it may stand in for something else.
  const documents = await devDocuments(root, raceLevels([...without, ...standIns]));
  if (documents.length === 0) {
    throw new Error(
      `${root} holds neither squad/v1.1/dev-v1.1.json nor race/dev: the development text on which pretraining is measured is made of them`,
    );
  }
  const lines = documents.map((document) => `${JSON.stringify({ text: document })}\n`);
  await atomicWriteFile(`${folder}/dev.jsonl`, lines.join(""));
  const dev = await shards("dev", [`${folder}/dev.jsonl`]);
  const missing: Record<string, string> = {};
  if (extended === undefined) {
    missing["text/extra"] = `DATA/text has no folder beside books and wikipedia`;
  }
  const benchmarks: Record<string, BenchmarkFacts> = {};
  for (const benchmark of BENCHMARKS) {
    try {
      benchmarks[benchmark] = await benchmarkFacts(root, benchmark, { standIns, without }, say);
    } catch (error) {
      // Results are kept with the project, where nobody knows this machine's folders.
      missing[benchmark] = (error as Error).message.replaceAll(root, "DATA");
    }
  }
  return {
    source: request.data === undefined ? `made up from seed ${seed}` : "official layouts",
    vocabSize: tokenizer.vocabularySize,
    plain,
    ...(extended !== undefined && { extended }),
    dev,
    benchmarks,
    missing,
    without,
    remarks: [
      ...(request.data === undefined ? [`data made up from seed ${seed}`] : []),
      ...without.map((part) => `${part} left out`),
    ],
  };
}

async function trainVocabularyOnce(
  { output, preset, seed }: DataRequest,
  text: TextParts,
): Promise<void> {
  const { trainVocabulary } = await import("./vocabulary.ts");
  const { vocabSize, vocabSentences } = preset;
  await trainVocabulary(text.plain, `${output}/data/${VOCABULARY}`, {
    vocabSize,
    vocabSentences,
    seed,
  });
}

/** Waits for another process that makes the same data ready. */
async function waitForLock(
  path: string,
  say: (sentence: string) => void,
): Promise<Disposable> {
  for (let tries = 0;; tries++) {
    try {
      const lock = await takeLock(path);
      return { [Symbol.dispose]: () => lock.close() };
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (tries === 0) say(`waiting for ${error.owner}, which prepares the data`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
