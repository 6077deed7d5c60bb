/**
 * A model of the hub as a folder.
 *
 * @module
 */
import { shardFiles } from "../model_files.ts";
import { ModelCache } from "./cache.ts";
import { isChecksum } from "./checksum.ts";
import { downloadBlob, type RemoteFile } from "./download_blob.ts";
import { HubError, HubUnreachableError } from "./errors.ts";
import { type HubModel, parseHubName } from "./model_name.ts";
import { ask, refusal } from "./request.ts";
import { type HubSettings, hubSettings } from "./settings.ts";

const CONFIG = "config.json";
const WHOLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const PICKLED = "pytorch_model.bin";
/** Taken where the model has them; of the vocabularies one is enough. */
const TOKENIZER_FILES = [
  "spiece.model",
  "tokenizer.json",
  "vocab.txt",
  "tokenizer_config.json",
  "special_tokens_map.json",
] as const;

/** Told how a download goes. */
export interface DownloadObserver {
  /** Bytes that are there, of how many; called for every piece. */
  progress?(done: number, total: number): void;
  /** A sentence that a person should know. */
  say?(sentence: string): void;
}

/**
 * The folder of a model in Hugging Face's cache, with what is missing downloaded: configuration, safetensors weights (one file or shards), tokenizer.
 *
 * @param name `hf:OWNER/NAME` or `hf:OWNER/NAME@REVISION`
 * @throws {HubError} in one sentence: no such model, no permission, offline and not in the cache, wrong bytes, connection cut.
 */
export async function downloadModel(
  name: string,
  observer: DownloadObserver = {},
  settings: HubSettings = hubSettings(),
): Promise<string> {
  const model = parseHubName(name);
  const cache = new ModelCache(settings.cache, model);
  if (settings.offline) return await cachedModel(model, cache, "HF_HUB_OFFLINE is set");
  try {
    return await new Download(model, cache, settings, observer).run();
  } catch (error) {
    if (!(error instanceof HubUnreachableError)) throw error;
    const folder = await cachedModel(model, cache, error.message);
    observer.say?.(`${error.message}; using the copy in ${folder}`);
    return folder;
  }
}

/**
 * The folder of a model that is wholly in the cache.
 *
 * @param reason why the hub is not asked
 */
async function cachedModel(model: HubModel, cache: ModelCache, reason: string): Promise<string> {
  const commit = await cache.commitOf(model.revision);
  const whole = commit !== null && await hasModel(cache, commit);
  const damaged = commit === null ? null : await cache.damagedFile(commit).catch(() => null);
  if (whole && damaged === null) return cache.snapshot(commit);
  const why = damaged === null ? "" : `: ${damaged} was changed, its checksum is another`;
  throw new HubError(
    `${reason}, and ${model.id} at ${model.revision} is not whole in the cache${why}`,
  );
}

async function hasModel(cache: ModelCache, commit: string): Promise<boolean> {
  if (!await cache.has(commit, CONFIG)) return false;
  if (await cache.has(commit, WHOLE)) return true;
  if (!await cache.has(commit, INDEX)) return false;
  const index = await Deno.readFile(`${cache.snapshot(commit)}/${INDEX}`);
  for (const shard of shardFiles(index)) if (!await cache.has(commit, shard)) return false;
  return true;
}

/** One model being downloaded. */
class Download {
  readonly #model: HubModel;
  readonly #cache: ModelCache;
  readonly #settings: HubSettings;
  readonly #observer: DownloadObserver;
  /** All files are of the commit that the first answer names, even if the branch moves meanwhile. */
  #commit: string | null = null;

  constructor(
    model: HubModel,
    cache: ModelCache,
    settings: HubSettings,
    observer: DownloadObserver,
  ) {
    this.#model = model;
    this.#cache = cache;
    this.#settings = settings;
    this.#observer = observer;
  }

  async run(): Promise<string> {
    // Asked even if it is here: the branch may have moved.
    const config = await this.#describe(CONFIG, this.#model.revision);
    if (config === null) throw new HubError(`${this.#model.id} has no ${CONFIG}`);
    const commit = this.#commit!;
    const wanted = [await this.#unlessHere(commit, config), ...await this.#weights(commit)];
    for (const name of TOKENIZER_FILES) wanted.push(await this.#find(commit, name));
    await this.#fetchAll(commit, wanted.filter((file) => file !== null && file !== "here"));
    await this.#cache.rememberCommit(this.#model.revision, commit);
    return this.#cache.snapshot(commit);
  }

  async #weights(commit: string): Promise<(RemoteFile | "here" | null)[]> {
    const whole = await this.#find(commit, WHOLE);
    if (whole !== null) return [whole];
    const index = await this.#find(commit, INDEX);
    if (index === null) throw await this.#noWeights(commit);
    if (index !== "here") await this.#fetchAll(commit, [index]);
    const shards: (RemoteFile | "here" | null)[] = [];
    for (
      const name of shardFiles(await Deno.readFile(`${this.#cache.snapshot(commit)}/${INDEX}`))
    ) {
      const shard = await this.#find(commit, name);
      if (shard === null) {
        throw new HubError(
          `${this.#model.id} has no ${name}, which its ${INDEX} names`,
        );
      }
      shards.push(shard);
    }
    return shards;
  }

  async #noWeights(commit: string): Promise<HubError> {
    const pickled = await this.#describe(PICKLED, commit);
    return new HubError(
      `${this.#model.id} has no ${WHOLE}` +
        (pickled === null
          ? ""
          : `, only ${PICKLED}, a Python pickle; convert it with transformers: ` +
            `AutoModelForPreTraining.from_pretrained("${this.#model.id}").save_pretrained("FOLDER") and use FOLDER`),
    );
  }

  /** A file of a commit: whether it is here, else what the hub says of it; null when there is none. */
  async #find(commit: string, name: string): Promise<RemoteFile | "here" | null> {
    if (await this.#cache.has(commit, name)) return "here";
    if (await this.#cache.isKnownAbsent(commit, name)) return null;
    const file = await this.#describe(name, commit);
    if (file === null) await this.#cache.rememberAbsent(commit, name);
    return file;
  }

  async #unlessHere(commit: string, file: RemoteFile): Promise<RemoteFile | "here"> {
    return await this.#cache.has(commit, file.name) ? "here" : file;
  }

  /** Asks the hub for a file's size and checksum; null when the model has no such file. */
  async #describe(name: string, revision: string): Promise<RemoteFile | null> {
    const { endpoint } = this.#settings;
    const path = `${this.#model.id}/resolve/${encodeURIComponent(revision)}/${name}`;
    const url = `${endpoint}/${path}`;
    const { response, done } = await ask({ url, method: "HEAD" }, this.#settings);
    done();
    await response.body?.cancel();
    const { status, headers } = response;
    this.#commit ??= headers.get("x-repo-commit");
    if (status === 404 && headers.get("x-error-code") === "EntryNotFound") return null;
    if (status >= 400) throw refusal(response, this.#model, name, this.#settings);
    if (!/^[0-9a-f]{40}$/.test(this.#commit ?? "")) {
      throw new HubError(
        `${endpoint} is no Hugging Face hub: its answer for ${path} names no commit`,
      );
    }
    const tag = headers.get("x-linked-etag") ?? headers.get("etag") ?? "";
    const checksum = tag.replace(/^W\//, "").replaceAll('"', "");
    const bytes = Number(headers.get("x-linked-size") ?? headers.get("content-length") ?? NaN);
    if (!isChecksum(checksum) || !Number.isSafeInteger(bytes)) {
      throw new HubError(
        `${endpoint} gives no checksum or no size of ${path}, so its bytes cannot be checked`,
      );
    }
    return {
      name,
      url: `${endpoint}/${this.#model.id}/resolve/${this.#commit}/${name}`,
      checksum,
      bytes,
    };
  }

  async #fetchAll(commit: string, files: readonly RemoteFile[]): Promise<void> {
    const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    let done = 0;
    for (const file of files) {
      using _lock = await this.#cache.lock(file.checksum);
      if (!await this.#cache.hasBlob(file.checksum)) {
        await downloadBlob(
          file,
          this.#cache.blob(file.checksum),
          this.#model,
          this.#settings,
          (bytes) => this.#observer.progress?.(done + bytes, total),
        );
      } else this.#observer.progress?.(done + file.bytes, total);
      await this.#cache.link(commit, file.name, file.checksum);
      done += file.bytes;
    }
  }
}
