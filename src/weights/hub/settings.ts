/**
 * The hub and its cache, from the environment variables of the Hugging Face libraries.
 *
 * Source: huggingface/huggingface_hub, `constants.py`.
 *
 * @module
 */
import { HubError } from "./errors.ts";

/** How to access the hub. */
export interface HubSettings {
  /** URL without a slash at its end. */
  readonly endpoint: string;
  /** Folder that contains `models--OWNER--NAME`. */
  readonly cache: string;
  /** Sent to the endpoint, but not to hosts that it redirects to. */
  readonly token?: string;
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
 * Reads the settings from `HF_ENDPOINT`, `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HF_TOKEN`, `HF_HUB_OFFLINE` and `HF_HUB_DOWNLOAD_TIMEOUT`.
 *
 * @throws {HubError} if the endpoint is not a URL, or no variable gives the location of the cache.
 */
export function hubSettings(environment: Environment = Deno.env.toObject()): HubSettings {
  const get = (name: string) => environment[name]?.trim() || undefined;
  const endpoint = (get("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, "");
  if (!/^https?:\/\/./.test(endpoint) || !URL.canParse(endpoint)) {
    throw new HubError(
      `HF_ENDPOINT must be a URL such as https://huggingface.co, got ${endpoint}`,
    );
  }
  const timeout = Number(get("HF_HUB_DOWNLOAD_TIMEOUT"));
  return {
    endpoint,
    cache: cacheFolder(get),
    token: get("HF_TOKEN"),
    offline: TRUE.test(get("HF_HUB_OFFLINE") ?? get("TRANSFORMERS_OFFLINE") ?? ""),
    timeoutSeconds: timeout > 0 ? timeout : 10,
    waitSeconds: [1, 2, 4, 8, 16],
  };
}

function cacheFolder(get: (name: string) => string | undefined): string {
  const user = get("HOME") ?? get("USERPROFILE");
  const expanded = (path: string) =>
    user === undefined ? path : path.replace(/^~(?=[\\/]|$)/, () => user);
  const cache = get("HF_HUB_CACHE");
  if (cache !== undefined) return expanded(cache);
  const home = get("HF_HOME");
  if (home !== undefined) return `${expanded(home)}/hub`;
  const caches = get("XDG_CACHE_HOME") ?? (user && `${user}/.cache`);
  if (!caches) {
    throw new HubError("Neither HF_HOME nor HOME is set; set HF_HOME to the folder for models");
  }
  return `${expanded(caches)}/huggingface/hub`;
}
