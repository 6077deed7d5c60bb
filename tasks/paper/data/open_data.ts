/**
 * Opened data for jobs, each part once in a process.
 *
 * @module
 */
import { type OpenedData, openShards, readVocabularyFiles } from "../../../src/data/disk/mod.ts";
import type { Tokenizer } from "../../../src/text/mod.ts";
import { loadTokenizer } from "../../../src/text/disk/mod.ts";
import type { DataManifest } from "./manifest.ts";
import { type PreparedPaperData, VOCABULARY } from "./prepare_data.ts";

/** What jobs read. */
export class PaperData {
  /** Where the benchmarks' files are. */
  readonly root: string;
  readonly manifest: DataManifest;
  readonly #folder: string;
  readonly #kept = new Map<string, Promise<unknown>>();

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

  /** The vocabulary. */
  tokenizer(): Promise<Tokenizer> {
    return this.once("tokenizer", () => loadTokenizer(`${this.#folder}/${VOCABULARY}`));
  }

  /** The vocabulary's files, which go into every checkpoint. */
  vocabularyFiles(): Promise<Map<string, Uint8Array>> {
    return this.once("files", async () => await readVocabularyFiles(await this.text("plain")));
  }

  /** Makes something once and keeps it under a name. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    let made = this.#kept.get(name) as Promise<T> | undefined;
    if (made === undefined) this.#kept.set(name, made = make());
    return made;
  }
}
