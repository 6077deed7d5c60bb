/**
 * Prepares and opens a run's data under `OUTPUT/data`: vocabulary, shards of text, and the manifest that determines all jobs.
 *
 * @module
 */
import {
  expandInputs,
  type OpenedData,
  openShards,
  prepare,
  readVocabularyFiles,
} from "../../../src/data/disk/mod.ts";
import { atomicWriteFile, LockedError, takeLock } from "../../../src/files/mod.ts";
import { isObject } from "../../../src/json/mod.ts";
import { loadTokenizer } from "../../../src/text/disk/mod.ts";
import type { Tokenizer } from "../../../src/text/mod.ts";
import { BENCHMARKS } from "../experiment.ts";
import { addressOf, canonicalJson } from "../jobs/address.ts";
import { type JsonFileKind, readJsonFile } from "../json_file.ts";
import { generatesData, type Preset } from "../presets/mod.ts";
import { benchmarkFacts, readStandIns } from "./benchmarks.ts";
import type { BenchmarkFacts, DataManifest } from "./manifest.ts";
import { stories, storyVocabulary } from "./stories.ts";
import { STORY_SEEDS, writeStories } from "./story_files.ts";
import { synthesize } from "./synthesize.ts";
import {
  devDocuments,
  findText,
  jsonLines,
  type TextFolders,
  trainVocabulary,
  writeVocabulary,
} from "./text.ts";

/** The data to prepare. */
export interface DataRequest {
  /** The run's folder. */
  readonly output: string;
  /** Folder with data in the official layouts; absent for a preset that generates its data. */
  readonly data?: string;
  readonly preset: Preset;
  /** Seed of synthetic data and of the vocabulary's sample of lines. */
  readonly seed: number;
  /** Parts that stand in for the paper's data. */
  readonly standIns: readonly string[];
  /** Parts to exclude. */
  readonly without: readonly string[];
  log(message: string): void;
}

export interface PreparedPaperData {
  /** The folder of the benchmarks' files. */
  readonly root: string;
  readonly manifest: DataManifest;
}

/** The vocabulary's folder under `OUTPUT/data`. */
const VOCABULARY = "vocabulary";
/** The manifest's file, in the run's folder and next to committed results. */
export const MANIFEST_FILE = "data.json";

interface ManifestFile {
  readonly request: string;
  readonly manifest: DataManifest;
}

const MANIFEST: JsonFileKind<ManifestFile> = {
  isValid: ({ request, manifest }) => typeof request === "string" && isObject(manifest),
  expected: "request and manifest",
  fix: "delete it and give the command again; the data is prepared again",
};

/** What is wrong with the data folder for a preset, in a sentence: missing, or not used; null if nothing. */
export function dataProblem(preset: Preset, data: string | undefined): string | null {
  const { name, stories } = preset;
  if (stories !== undefined && data !== undefined) {
    return `The preset ${name} generates its own text and does not use --data; omit it, or choose another preset`;
  }
  if (data === undefined && !generatesData(preset)) {
    return `--data is required for the preset ${name}: a folder with text, glue, squad and race`;
  }
  return null;
}

/**
 * Prepares the data unless an earlier run did.
 *
 * @throws {Error} If the folder belongs to a run with other data, or required data is missing.
 */
export async function preparePaperData(request: DataRequest): Promise<PreparedPaperData> {
  const { output, preset, data, seed } = request;
  const problem = dataProblem(preset, data);
  if (problem !== null) throw new Error(problem);
  await Deno.mkdir(`${output}/data`, { recursive: true });
  using _lock = await waitForLock(`${output}/data/.lock`, request.log);
  const root = data ?? `${output}/data/${preset.stories === undefined ? "synthetic" : "stories"}`;
  if (preset.stories !== undefined) await writeStories(root, preset.stories);
  else if (data === undefined) await synthesize(root, seed);
  const text = await findText(root, request.without);
  const name = await requestName(request, text);
  const file = `${output}/${MANIFEST_FILE}`;
  const earlier = await readJsonFile(file, MANIFEST);
  if (earlier !== null) {
    if (earlier.request !== name) {
      throw new Error(
        `${output} contains a run with other data or another preset; choose another --output, or use the same --data, --stand-in and --without`,
      );
    }
    return { root, manifest: earlier.manifest };
  }
  const manifest = await makeManifest(request, root, text);
  await atomicWriteFile(file, `${JSON.stringify({ request: name, manifest }, null, 2)}\n`);
  return { root, manifest };
}

/** Reads the manifest of a run or of committed results; returns null if there is none. */
export async function readManifest(folder: string): Promise<DataManifest | null> {
  return (await readJsonFile(`${folder}/${MANIFEST_FILE}`, MANIFEST))?.manifest ?? null;
}

/**
 * Whether committed results are of other data than a run's, which must not be added to them. Jobs that do not depend on the difference may be among them.
 * Reasons of missing parts are not compared, because they may be worded differently.
 */
export async function hasOtherData(committed: string, manifest: DataManifest): Promise<boolean> {
  const theirs = await readManifest(committed);
  if (theirs === null) return false;
  const [own, other] = [manifest, theirs].map(({ missing: _, ...data }) => canonicalJson(data));
  return own !== other;
}

/** An identifier of the request. It uses names and sizes of the text files, not their content, so that an existing run continues quickly. */
async function requestName(request: DataRequest, text: TextFolders): Promise<string> {
  const { preset, standIns, without } = request;
  const files = await expandInputs([...text.plain, ...text.extra]);
  const sizes = await Promise.all(files.map(async (file) => (await Deno.stat(file)).size));
  const { vocabSize, vocabSentences, stories } = preset;
  const names = files.map((file) => file.split("/").slice(-2).join("/"));
  return addressOf({ vocabSize, vocabSentences, stories, standIns, without, names, sizes });
}

async function makeManifest(
  request: DataRequest,
  root: string,
  text: TextFolders,
): Promise<DataManifest> {
  const { output, preset, seed, without, log } = request;
  const folder = `${output}/data`;
  const { stories: counts } = preset;
  log(`Training a vocabulary of ${preset.vocabSize} pieces`);
  if (counts === undefined) {
    await trainVocabulary(text.plain, `${folder}/${VOCABULARY}`, {
      vocabSize: preset.vocabSize,
      vocabSentences: preset.vocabSentences,
      seed,
    });
  } else {
    const model = storyVocabulary(stories(counts.plain, STORY_SEEDS.plain));
    await writeVocabulary(`${folder}/${VOCABULARY}`, model);
  }
  const tokenizer = await loadTokenizer(`${folder}/${VOCABULARY}`);
  const shards = async (name: string, inputs: readonly string[]) => {
    log(`Preparing ${name} text`);
    await Deno.remove(`${folder}/${name}`, { recursive: true }).catch(() => {});
    const { index } = await prepare({ inputs, tokenizer, output: `${folder}/${name}` });
    return index.fingerprint;
  };
  const plain = await shards("plain", text.plain);
  const extended = text.extra.length === 0
    ? undefined
    : await shards("extended", [...text.plain, ...text.extra]);
  const standIns = await readStandIns(root, request.standIns);
  // Intrinsic metrics carry no stand-in mark, so the development text must not contain stand-ins.
  const documents = counts === undefined
    ? await devDocuments(root, [...without, ...standIns])
    : stories(counts.dev, STORY_SEEDS.dev);
  if (documents.length === 0) {
    throw new Error(
      `${root} has no development set of SQuAD or RACE that is neither a stand-in nor excluded, which intrinsic metrics require, such as squad/v1.1/dev-v1.1.json or race/dev`,
    );
  }
  await atomicWriteFile(`${folder}/dev.jsonl`, jsonLines(documents));
  const dev = await shards("dev", [`${folder}/dev.jsonl`]);
  const missing: Record<string, string> = {};
  if (extended === undefined) {
    missing["text/extra"] = "DATA/text has no additional folder next to books and wikipedia";
  }
  const benchmarks: Record<string, BenchmarkFacts> = {};
  for (const benchmark of BENCHMARKS) {
    if (counts !== undefined && !preset.benchmarks.includes(benchmark)) {
      missing[benchmark] = "generated stories only stand in for race";
      continue;
    }
    try {
      benchmarks[benchmark] = await benchmarkFacts(root, benchmark, { standIns, without }, log);
    } catch (error) {
      // Committed results must not contain paths of this machine.
      missing[benchmark] = (error as Error).message.replaceAll(root, "DATA");
    }
  }
  return {
    source: counts !== undefined
      ? "generated stories"
      : request.data === undefined
      ? `synthetic, seed ${seed}`
      : "official layouts",
    vocabSize: tokenizer.vocabularySize,
    plain,
    ...(extended !== undefined && { extended }),
    dev,
    benchmarks,
    missing,
    without,
    remarks: [
      ...(counts !== undefined
        ? ["generated stories"]
        : request.data === undefined
        ? [`synthetic data, seed ${seed}`]
        : []),
      ...without.map((part) => `${part} excluded`),
    ],
  };
}

/** Waits for another process that prepares the same data. */
async function waitForLock(
  path: string,
  log: (message: string) => void,
): Promise<Disposable> {
  for (let tries = 0;; tries++) {
    try {
      const lock = await takeLock(path);
      return { [Symbol.dispose]: () => lock.close() };
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
      if (tries === 0) log(`Waiting for ${error.owner}, which is preparing the data`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

/** The prepared data of a run, opened by jobs. Each part is loaded once per process. */
export class PaperData {
  /** The folder of the benchmarks' files. */
  readonly root: string;
  readonly manifest: DataManifest;
  readonly #folder: string;
  readonly #loaded = new Map<string, Promise<unknown>>();

  /** @param output the run's folder */
  constructor(output: string, { root, manifest }: PreparedPaperData) {
    this.root = root;
    this.manifest = manifest;
    this.#folder = `${output}/data`;
  }

  /** Shards of text. */
  text(name: "plain" | "extended" | "dev"): Promise<OpenedData> {
    return this.once(`text ${name}`, () => openShards(`${this.#folder}/${name}`));
  }

  tokenizer(): Promise<Tokenizer> {
    return this.once("tokenizer", () => loadTokenizer(`${this.#folder}/${VOCABULARY}`));
  }

  /** The vocabulary's files, which every checkpoint contains. */
  vocabularyFiles(): Promise<Map<string, Uint8Array>> {
    return this.once("files", async () => await readVocabularyFiles(await this.text("plain")));
  }

  /** Computes a value on first use and caches it by name. */
  once<T>(name: string, compute: () => Promise<T>): Promise<T> {
    let value = this.#loaded.get(name) as Promise<T> | undefined;
    if (value === undefined) this.#loaded.set(name, value = compute());
    return value;
  }
}
