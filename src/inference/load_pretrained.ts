/**
 * Loads a pretrained model from a folder, a URL or the Hugging Face hub.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { ConfigError } from "../model/mod.ts";
import {
  HubError,
  isShippedModel,
  isUnrecorded,
  MODULES,
  parseHubName,
  type ReadFile,
  readLocalFile,
  RemoteFileError,
  remoteFiles,
  shippedFiles,
  ShippedModelError,
  UNKNOWN_EMBEDDING,
  UnrecordedFileError,
} from "../weights/mod.ts";
import { Albert } from "./albert.ts";

/**
 * Loads the model that comes with the package, or a Hugging Face folder from a path, a URL or the hub.
 *
 * In Deno, a model of the hub is kept in the cache that all Hugging Face libraries share. Elsewhere, and in bundles, it is fetched each time. The package's own model,
 * `albert-mini-books`, needs neither a network nor permissions.
 *
 * @param folder `albert-mini-books`, a path (Deno and Node), the URL of a folder, or `hf:OWNER/NAME` or `hf:OWNER/NAME@REVISION`
 * @param device stores the parameters until `free()` or the end of `using`
 * @returns a model for inference; to train from a checkpoint, load its weights into a trainer with `loadWeights`
 * @throws {ConfigError} if a file is missing or invalid, files do not match, or the hub cannot be reached
 * @throws {TypeError} for a path in a browser
 */
export async function loadPretrained(folder: string | URL, device: Device): Promise<Albert> {
  const base = `${folder}`.replace(/\/+$/, "");
  try {
    return await Albert.load(await filesOfModel(base), device);
  } catch (error) {
    if (EXPLAINED.some((kind) => error instanceof kind)) {
      const { message } = error as Error;
      throw new ConfigError(
        message.startsWith(`${base} `) ? message : `Cannot load ${base}: ${message}`,
      );
    }
    if ((error as { code?: unknown }).code === "ENOTDIR") {
      throw new ConfigError(`${base} is a file; expected a model folder, with config.json`);
    }
    throw error;
  }
}

/** Errors about the model, in contrast to those about the network, permissions and the device. */
const EXPLAINED = [ConfigError, HubError, SyntaxError, RemoteFileError, ShippedModelError];

async function filesOfModel(name: string): Promise<ReadFile> {
  if (isShippedModel(name)) return await shippedFiles();
  return name.startsWith("hf:") ? await hubFiles(name) : filesOf(name);
}

function filesOf(base: string): ReadFile {
  if (/^https?:/.test(base)) return remoteFiles(base);
  return async (name) => {
    if (name === MODULES && await isUnrecorded(base, name)) {
      throw new UnrecordedFileError(UNKNOWN_EMBEDDING);
    }
    return await readLocalFile(`${base}/${name}`);
  };
}

/** The part of the hub module that is used here. */
interface HubCache {
  downloadModel(name: string): Promise<string>;
}

/**
 * Imports the hub module, which needs Deno. Its name is not a literal, so that bundles for browsers do not contain it, and no other bundle does.
 *
 * @returns Null outside Deno and in bundles.
 */
async function hubCache(): Promise<HubCache | null> {
  // npm packages have JavaScript in place of TypeScript, and bundles have other names.
  const extension = /\/inference\/load_pretrained\.([jt]s)$/.exec(import.meta.url)?.[1];
  if (!("Deno" in globalThis) || extension === undefined) return null;
  const module = `../weights/hub/mod.${extension}`;
  return await import(module);
}

/** The public hub, for programs without the cache. */
const HUB = "https://huggingface.co";

/** Returns the files of a hub model. @throws {HubError} if the name is invalid. @throws {ConfigError} if the hub cannot be reached */
async function hubFiles(name: string): Promise<ReadFile> {
  const { id, revision } = parseHubName(name);
  const cache = await hubCache();
  if (cache !== null) {
    try {
      return filesOf(await cache.downloadModel(name));
    } catch (error) {
      throw new ConfigError((error as Error).message);
    }
  }
  const files = filesOf(`${HUB}/${id}/resolve/${encodeURIComponent(revision)}`);
  return (file) =>
    files(file).catch((error) => {
      if (error instanceof RemoteFileError) throw error;
      throw new ConfigError(
        `${HUB} cannot be reached (${error.message}); download the model on another machine and pass its folder`,
      );
    });
}
