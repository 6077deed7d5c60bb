/**
 * Checkpoints from folders, from run folders and from the hub.
 *
 * @module
 */
import { ifExists } from "../../src/files/mod.ts";
import {
  checkVocabularySize,
  interpolatePositions,
  type ModelConfig,
  parseConfig,
  type PositionedModel,
  unusedLayers,
} from "../../src/model/mod.ts";
import { loadTokenizer } from "../../src/text/disk/mod.ts";
import { readTokenizer, type Tokenizer } from "../../src/text/mod.ts";
import { isObject } from "../../src/json/mod.ts";
import {
  latestCheckpoint,
  readModelFolder,
  readRunSettings,
  resolveCheckpoint,
} from "../../src/train/disk.ts";
import {
  downloadModel,
  type DownloadObserver,
  hubHint,
  isHubName,
} from "../../src/weights/hub/mod.ts";
import {
  describeShippedModel,
  isShippedModel,
  type Safetensors,
  SHIPPED_MODEL,
  shippedFiles,
} from "../../src/weights/mod.ts";
import { usage } from "./errors.ts";
import { createProgress, logTo, type Progress } from "./progress.ts";

const MEGABYTE = 1e6;
/** Smaller files are downloaded without a progress bar. */
const SMALL = MEGABYTE / 10;

/** A model folder with its vocabulary. */
export interface OpenedCheckpoint {
  /** Its path; in the cache for a downloaded model. */
  readonly folder: string;
  readonly config: ModelConfig;
  readonly weights: Safetensors;
  readonly tokenizer: Tokenizer;
}

/**
 * Returns the folder of a checkpoint argument, see {@linkcode resolveCheckpoint}. Shows the progress of a download, and which model comes with the package.
 *
 * @throws {ConfigError | HubError | ShippedModelError} if there is no such model.
 */
export async function checkpointFolder(
  checkpoint: string,
  options: { readonly quiet?: boolean },
): Promise<string> {
  if (isShippedModel(checkpoint)) {
    logTo(options)(`using ${SHIPPED_MODEL}, ${describeShippedModel().summary}`);
  }
  return await resolveCheckpoint(checkpoint, downloadProgress(options));
}

/**
 * Reads a model folder, the best or latest checkpoint of a run folder, a model of the hub, or the model of the package.
 *
 * @throws {ConfigError} if the vocabulary has more pieces than the model has embeddings.
 */
export async function openCheckpoint(
  checkpoint: string,
  options: { readonly quiet?: boolean },
): Promise<OpenedCheckpoint> {
  const folder = await checkpointFolder(checkpoint, options);
  const { config, weights } = await readModelFolder(folder);
  const layers = unusedLayers(config, weights.tensors.keys());
  if (layers !== null) logTo(options)(`${folder}: ${layers}`);
  const tokenizer = await loadTokenizer(folder);
  logNotices(tokenizer, options);
  checkVocabularySize(tokenizer, config, folder);
  return { folder, config, weights, tokenizer };
}

/**
 * Opens the model that a run starts from. A resumed run does not need it: if it cannot be opened, the
 * last checkpoint of the run takes its place, with configuration and checksum from `run.json`.
 *
 * @param names the flag, and the name of the checksum in `run.json`
 * @param openKept opens the checkpoint of the run
 */
export async function unlessResumed<T>(
  { output, resume, quiet }: {
    readonly output: string;
    readonly resume?: boolean;
    readonly quiet?: boolean;
  },
  [flag, checksum]: readonly [string, string],
  open: () => Promise<T>,
  openKept: (folder: string, kept: { config: ModelConfig; sha256: string }) => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    const folder = resume ? await latestCheckpoint(output) : null;
    if (folder === null) throw error;
    const { determinants } = await readRunSettings(output) ?? {};
    if (!isObject(determinants)) throw error;
    const sha256 = determinants[checksum];
    if (typeof sha256 !== "string") throw error;
    const config = parseConfig(JSON.stringify(determinants.config));
    const { message } = error as Error;
    logTo({ quiet })(`${flag} is not needed to resume and was not read (${message})`);
    return await openKept(folder, { config, sha256 });
  }
}

/**
 * Returns the model with the number of positions of `--max-position-embeddings`, if it is given.
 *
 * @throws {UsageError} if the number is not valid
 */
export function withPositions(
  model: PositionedModel,
  positions: number | undefined,
  log: (line: string) => void,
): PositionedModel {
  const before = model.config.maxPositionEmbeddings;
  if (positions === undefined || positions === before) return model;
  const longer = usage(() => interpolatePositions(model, positions));
  log(`Interpolating the position embeddings: ${before} positions become ${positions}`);
  return longer;
}

/**
 * Loads the tokenizer of `--vocab`: of a file, of a folder, of the model of the package, or of a model of the hub, without its weights.
 *
 * @throws {Deno.errors.NotFound} if there is none.
 */
export async function openVocabulary(
  path: string,
  { raw, ...options }: { readonly quiet?: boolean; readonly raw?: boolean },
): Promise<Tokenizer> {
  if (isHubName(path)) {
    const folder = await downloadModel(path, downloadProgress(options), undefined, "tokenizer");
    return logNotices(await loadTokenizer(folder, { raw }), options);
  }
  if (isShippedModel(path)) {
    return logNotices((await readTokenizer(await shippedFiles(), { raw }))!, options);
  }
  const hint = hubHint(path);
  if (hint !== "" && await ifExists(Deno.stat(path)) === null) {
    throw new Deno.errors.NotFound(
      `Cannot find the vocabulary ${path}: no such file or folder${hint}`,
    );
  }
  return logNotices(await loadTokenizer(path, { raw }), options);
}

function logNotices(tokenizer: Tokenizer, { quiet }: { readonly quiet?: boolean }): Tokenizer {
  tokenizer.notices.forEach(logTo({ quiet }));
  return tokenizer;
}

/** Shows the download of a model of the hub; nothing for a model in the cache. */
function downloadProgress({ quiet }: { readonly quiet?: boolean }): DownloadObserver {
  let bar: Progress | undefined;
  let shown = -1;
  const megabytes = (bytes: number) => Math.round(bytes / MEGABYTE * 10) / 10;
  return {
    progress(done, total) {
      if (total < SMALL) return;
      bar ??= createProgress({
        quiet,
        title: "downloading",
        total: megabytes(total),
        unit: "megabyte",
      });
      if (megabytes(done) !== shown) bar.update(megabytes(done));
      shown = megabytes(done);
      if (done < total) return;
      bar.end();
      bar = undefined;
    },
    log(message) {
      logTo({ quiet })(message);
    },
  };
}
