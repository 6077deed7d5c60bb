/**
 * Downloads a model of the hub.
 *
 * @module
 */
import { VOCABULARY_FILES } from "../../text/mod.ts";
import { MODULES, PICKLED, sentenceFiles, shardFiles } from "../model_files.ts";
import { ModelCache } from "./cache.ts";
import { isChecksum } from "./checksum.ts";
import { downloadBlob, type RemoteFile } from "./download_blob.ts";
import { HubError, HubUnreachableError } from "./errors.ts";
import { type HubModel, parseHubName } from "./model_name.ts";
import { ask, responseError } from "./request.ts";
import { type HubSettings, hubSettings } from "./settings.ts";

const CONFIG = "config.json";
const WHOLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
/** Downloaded if the model has them. */
const TOKENIZER_FILES = [
  ...VOCABULARY_FILES,
  "tokenizer_config.json",
  "special_tokens_map.json",
  "added_tokens.json",
] as const;

/** Receives the progress of a download. */
export interface DownloadObserver {
  /** Called for every chunk, with numbers of bytes. */
  progress?(done: number, total: number): void;
  /** Receives warnings. */
  log?(message: string): void;
}

/**
 * Downloads what the Hugging Face cache lacks of a model: configuration, safetensors weights (one file or shards) and tokenizer. If the hub does not answer, a
 * complete copy in the cache is used.
 *
 * @param name `hf:OWNER/NAME` or `hf:OWNER/NAME@REVISION`
 * @param observer receives progress and warnings
 * @param settings endpoint, cache and token
 * @param part the whole model, or its tokenizer only
 * @returns the folder of the model in the cache
 * @throws {HubError} if there is no such model, it has no vocabulary and only the tokenizer is wanted, access is denied, the checksum of a file does not match, or the hub is not reachable and the cache has no
 * complete copy.
 */
export async function downloadModel(
  name: string,
  observer: DownloadObserver = {},
  settings: HubSettings = hubSettings(),
  part: "model" | "tokenizer" = "model",
): Promise<string> {
  const model = parseHubName(name);
  const cache = new ModelCache(settings.cache, model);
  if (settings.offline) return await cachedModel(model, cache, "HF_HUB_OFFLINE is set", part);
  try {
    return await new Download(model, cache, settings, observer).run(part);
  } catch (error) {
    if (!(error instanceof HubUnreachableError)) throw error;
    const folder = await cachedModel(model, cache, error.message, part);
    observer.log?.(`${error.message}; using the copy in ${folder}`);
    return folder;
  }
}

/**
 * Returns the folder of a model that is complete in the cache.
 *
 * @param reason why the hub cannot be used
 */
async function cachedModel(
  model: HubModel,
  cache: ModelCache,
  reason: string,
  part: "model" | "tokenizer",
): Promise<string> {
  const commit = await cache.commitOf(model.revision);
  const has = part === "model" ? hasModel : hasVocabulary;
  const whole = commit !== null && await has(cache, commit);
  const damaged = commit === null ? null : await cache.damagedFile(commit).catch(() => null);
  if (whole && damaged === null) return cache.snapshot(commit);
  const why = damaged !== null
    ? `: the checksum of ${damaged} does not match`
    : await cache.isDangling(model.revision)
    ? `: ${
      cache.ref(model.revision)
    } does not name a downloaded commit; delete it and download the model again`
    : "";
  throw new HubError(
    `${reason}, and the cache has no complete copy of ${model.id} at ${model.revision}${why}`,
  );
}

async function hasVocabulary(cache: ModelCache, commit: string): Promise<boolean> {
  for (const name of VOCABULARY_FILES) if (await cache.has(commit, name)) return true;
  return false;
}

async function hasModel(cache: ModelCache, commit: string): Promise<boolean> {
  if (!await cache.has(commit, CONFIG)) return false;
  if (await cache.has(commit, WHOLE)) return true;
  if (!await cache.has(commit, INDEX)) return false;
  const index = await Deno.readFile(`${cache.snapshot(commit)}/${INDEX}`);
  for (const shard of shardFiles(index)) if (!await cache.has(commit, shard)) return false;
  return true;
}

/** The download of one model. */
class Download {
  readonly #model: HubModel;
  readonly #cache: ModelCache;
  readonly #settings: HubSettings;
  readonly #observer: DownloadObserver;
  /** The commit of the first response. All files are of this commit, even if the branch moves during the download. */
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

  async run(part: "model" | "tokenizer"): Promise<string> {
    // Requested even if it is in the cache, because the branch may have moved.
    const config = await this.#describe(CONFIG, this.#model.revision);
    if (config === null && part === "model") {
      throw new HubError(`${this.#model.id} has no ${CONFIG}`);
    }
    const commit = this.#commit!;
    const wanted = [config && await this.#unlessCached(commit, config)];
    if (part === "model") {
      wanted.push(...await this.#weights(commit), ...await this.#sentenceFiles(commit));
    }
    const found = new Set<string>();
    for (const name of TOKENIZER_FILES) {
      const file = await this.#find(commit, name);
      wanted.push(file);
      if (file !== null) found.add(name);
    }
    if (part === "tokenizer" && !VOCABULARY_FILES.some((name) => found.has(name))) {
      throw new HubError(`${this.#model.id} has none of ${VOCABULARY_FILES.join(", ")}`);
    }
    await this.#fetchAll(commit, wanted.filter((file) => file !== null && file !== "cached"));
    await this.#cache.rememberCommit(this.#model.revision, commit);
    return this.#cache.snapshot(commit);
  }

  async #weights(commit: string): Promise<(RemoteFile | "cached" | null)[]> {
    const whole = await this.#find(commit, WHOLE);
    if (whole !== null) return [whole];
    const index = await this.#find(commit, INDEX);
    if (index === null) throw await this.#noWeights(commit);
    if (index !== "cached") await this.#fetchAll(commit, [index]);
    const shards: (RemoteFile | "cached" | null)[] = [];
    for (
      const name of shardFiles(await Deno.readFile(`${this.#cache.snapshot(commit)}/${INDEX}`))
    ) {
      const shard = await this.#find(commit, name);
      if (shard === null) {
        throw new HubError(
          `${this.#model.id} has no ${name}, which its ${INDEX} lists`,
        );
      }
      shards.push(shard);
    }
    return shards;
  }

  /** The files that determine the embedding of a sentence-transformers model. */
  async #sentenceFiles(commit: string): Promise<(RemoteFile | "cached" | null)[]> {
    const modules = await this.#find(commit, MODULES);
    if (modules === null) return [];
    if (modules !== "cached") await this.#fetchAll(commit, [modules]);
    const names = sentenceFiles(await Deno.readFile(`${this.#cache.snapshot(commit)}/${MODULES}`));
    return await Array.fromAsync(names, (name) => this.#find(commit, name));
  }

  async #noWeights(commit: string): Promise<HubError> {
    const found = await Array.fromAsync(PICKLED, (name) => this.#describe(name, commit));
    return new HubError(
      `${this.#model.id} has no ${WHOLE}` +
        (found.every((file) => file === null)
          ? ""
          : ` but ${PICKLED[0]}, a Python pickle; convert it with transformers: ` +
            `AutoModelForPreTraining.from_pretrained("${this.#model.id}").save_pretrained("FOLDER") and use FOLDER`),
    );
  }

  /** Describes a file of a commit. Returns null if the model has no such file. */
  async #find(commit: string, name: string): Promise<RemoteFile | "cached" | null> {
    if (await this.#cache.has(commit, name)) return "cached";
    if (await this.#cache.isKnownAbsent(commit, name)) return null;
    const file = await this.#describe(name, commit);
    if (file === null) await this.#cache.rememberAbsent(commit, name);
    return file;
  }

  async #unlessCached(commit: string, file: RemoteFile): Promise<RemoteFile | "cached"> {
    return await this.#cache.has(commit, file.name) ? "cached" : file;
  }

  /** Requests size and checksum of a file. Returns null if the model has no such file. */
  async #describe(name: string, revision: string): Promise<RemoteFile | null> {
    const { endpoint } = this.#settings;
    // A shard may have a name such as `a?b`, which a URL would divide.
    const file = name.split("/").map(encodeURIComponent).join("/");
    const path = `${this.#model.id}/resolve/${encodeURIComponent(revision)}/${file}`;
    const url = `${endpoint}/${path}`;
    const { response, done } = await ask({ url, method: "HEAD" }, this.#settings);
    done();
    await response.body?.cancel();
    const { status, headers } = response;
    this.#commit ??= headers.get("x-repo-commit");
    if (status === 404 && headers.get("x-error-code") === "EntryNotFound") return null;
    if (status >= 400) throw responseError(response, this.#model, name, this.#settings);
    if (!/^[0-9a-f]{40}$/.test(this.#commit ?? "")) {
      throw new HubError(
        `${endpoint} is not a Hugging Face hub: its response for ${path} has no commit`,
      );
    }
    const tag = headers.get("x-linked-etag") ?? headers.get("etag") ?? "";
    const checksum = tag.replace(/^W\//, "").replaceAll('"', "");
    const bytes = Number(headers.get("x-linked-size") ?? headers.get("content-length") ?? NaN);
    if (!isChecksum(checksum) || !Number.isSafeInteger(bytes)) {
      throw new HubError(
        `${endpoint} reports no checksum or size of ${path}, so a download cannot be verified`,
      );
    }
    return {
      name,
      url: `${endpoint}/${this.#model.id}/resolve/${this.#commit}/${file}`,
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
