/**
 * The hub and its cache, from the environment variables of the Hugging Face libraries.
 *
 * Source: huggingface/huggingface_hub, `constants.py`.
 *
 * @module
 */
import { isInaccessible } from "../../files/mod.ts";
import { shown } from "../../json/mod.ts";
import { HubError } from "./errors.ts";

/** How to access the hub. */
export interface HubSettings {
  /** URL without a slash at its end and without a password, since messages contain it. */
  readonly endpoint: string;
  /** Folder that contains `models--OWNER--NAME`. */
  readonly cache: string;
  /** Sent to the endpoint, but not to hosts that it redirects to. */
  readonly token?: string;
  /** `USER:PASSWORD` of the endpoint, sent like the token if there is none. */
  readonly login?: string;
  /** Whether only the cache is used. */
  readonly offline: boolean;
  /** A connection without data for this long is closed. */
  readonly timeoutSeconds: number;
  /** Delays before each retry. A retry that receives data starts from the first delay again. */
  readonly waitSeconds: readonly number[];
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const TRUE = /^(1|on|yes|true)$/i;

/**
 * Reads the settings from `HF_ENDPOINT`, `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HF_TOKEN`, `HF_TOKEN_PATH`, `HF_HUB_DISABLE_IMPLICIT_TOKEN`, `HF_HUB_OFFLINE` and
 * `HF_HUB_DOWNLOAD_TIMEOUT`. Without `HF_TOKEN`, the token is read that `hf auth login` stored.
 *
 * @throws {HubError} if the endpoint is not a URL, the token cannot be one, or no variable gives the location of the cache.
 */
export function hubSettings(environment: Environment = Deno.env.toObject()): HubSettings {
  const get = (name: string) => environment[name]?.trim() || undefined;
  const given = (get("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, "");
  const endpoint = given.replace(/(?<=^\w+:\/\/)[^/]*@/, "");
  if (!/^https?:\/\/./.test(endpoint) || !URL.canParse(given)) {
    throw new HubError(
      `HF_ENDPOINT must be a URL such as https://huggingface.co, got ${shown(endpoint)}`,
    );
  }
  const { username, password } = new URL(given);
  const token = get("HF_TOKEN") ?? get("HUGGING_FACE_HUB_TOKEN") ?? storedToken(get);
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw new HubError("HF_TOKEN must be one word of ASCII characters: copy the token again");
  }
  const timeout = Number(get("HF_HUB_DOWNLOAD_TIMEOUT"));
  return {
    endpoint,
    cache: cacheFolder(get),
    token,
    ...(username !== "" && { login: decodeURIComponent(`${username}:${password}`) }),
    offline: TRUE.test(get("HF_HUB_OFFLINE") ?? get("TRANSFORMERS_OFFLINE") ?? ""),
    timeoutSeconds: timeout > 0 ? timeout : 10,
    waitSeconds: [1, 2, 4, 8, 16],
  };
}

type Get = (name: string) => string | undefined;

function cacheFolder(get: Get): string {
  const cache = get("HF_HUB_CACHE");
  if (cache !== undefined) return expanded(cache, get);
  const home = homeFolder(get);
  if (home === null) {
    throw new HubError("Neither HF_HOME nor HOME is set; set HF_HOME to the folder for models");
  }
  return `${home}/hub`;
}

/** The folder of the Hugging Face libraries, or null if no variable gives its location. */
function homeFolder(get: Get): string | null {
  const home = get("HF_HOME");
  if (home !== undefined) return expanded(home, get);
  const user = userFolder(get);
  const caches = get("XDG_CACHE_HOME") ?? (user && `${user}/.cache`);
  return caches ? `${expanded(caches, get)}/huggingface` : null;
}

function userFolder(get: Get): string | undefined {
  return get("HOME") ?? get("USERPROFILE");
}

function expanded(path: string, get: Get): string {
  const user = userFolder(get);
  return user === undefined ? path : path.replace(/^~(?=[\\/]|$)/, () => user);
}

/** Reads the token that `hf auth login` stored. */
function storedToken(get: Get): string | undefined {
  if (TRUE.test(get("HF_HUB_DISABLE_IMPLICIT_TOKEN") ?? "")) return undefined;
  const given = get("HF_TOKEN_PATH");
  const file = given ?? `${homeFolder(get)}/token`;
  try {
    return Deno.readTextFileSync(expanded(file, get)).trim() || undefined;
  } catch (error) {
    const { NotCapable, NotFound } = Deno.errors;
    if (error instanceof NotFound || error instanceof NotCapable) return undefined;
    // The home folder may belong to another user, as in containers.
    if (given === undefined && isInaccessible(error)) return undefined;
    throw new HubError(`Cannot read the token in ${file}: ${(error as Error).message}`);
  }
}
