/**
 * Where the hub and its cache are, from the variables that all of Hugging Face's libraries obey.
 *
 * Source: huggingface/huggingface_hub, `constants.py`.
 *
 * @module
 */
import { HubError } from "./errors.ts";

/** How to reach the hub. */
export interface HubSettings {
  /** Address without a slash at its end. */
  readonly endpoint: string;
  /** Folder of `models--OWNER--NAME`. */
  readonly cache: string;
  /** Sent to the endpoint, and to nobody it redirects to. */
  readonly token?: string;
  /** Only the cache is asked. */
  readonly offline: boolean;
  /** Without a byte for so long, a connection counts as cut. */
  readonly timeoutSeconds: number;
  /** Waits before another try once a connection was cut; their number is that of tries without a new byte. */
  readonly waitSeconds: readonly number[];
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

const TRUE = /^(1|on|yes|true)$/i;

/**
 * The settings that an environment asks for: `HF_ENDPOINT`, `HF_HUB_CACHE`, `HF_HOME`, `XDG_CACHE_HOME`, `HF_TOKEN`, `HF_HUB_OFFLINE`,
 * `HF_HUB_DOWNLOAD_TIMEOUT`.
 *
 * @throws {HubError} when the endpoint is no address or nothing says where a cache may be.
 */
export function hubSettings(environment: Environment = Deno.env.toObject()): HubSettings {
  const said = (name: string) => environment[name]?.trim() || undefined;
  const endpoint = (said("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, "");
  if (!/^https?:\/\/./.test(endpoint) || !URL.canParse(endpoint)) {
    throw new HubError(
      `HF_ENDPOINT is ${endpoint}: it must be an address such as https://huggingface.co`,
    );
  }
  const timeout = Number(said("HF_HUB_DOWNLOAD_TIMEOUT"));
  return {
    endpoint,
    cache: cacheFolder(said),
    token: said("HF_TOKEN"),
    offline: TRUE.test(said("HF_HUB_OFFLINE") ?? said("TRANSFORMERS_OFFLINE") ?? ""),
    timeoutSeconds: timeout > 0 ? timeout : 10,
    waitSeconds: [1, 2, 4, 8, 16],
  };
}

function cacheFolder(said: (name: string) => string | undefined): string {
  const user = said("HOME") ?? said("USERPROFILE");
  const expanded = (path: string) =>
    user === undefined ? path : path.replace(/^~(?=[\\/]|$)/, () => user);
  const cache = said("HF_HUB_CACHE");
  if (cache !== undefined) return expanded(cache);
  const home = said("HF_HOME");
  if (home !== undefined) return `${expanded(home)}/hub`;
  const caches = said("XDG_CACHE_HOME") ?? (user && `${user}/.cache`);
  if (!caches) throw new HubError("HF_HOME is not set, nor is HOME: say where models are kept");
  return `${expanded(caches)}/huggingface/hub`;
}
