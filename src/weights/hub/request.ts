/**
 * Asking the hub: redirects, the token, time limits, and what its refusals mean.
 *
 * @module
 */
import { HubError, HubUnreachableError } from "./errors.ts";
import type { HubModel } from "./model_name.ts";
import type { HubSettings } from "./settings.ts";

const MAX_REDIRECTS = 5;

/** An answer whose body still has to come. */
export interface HubAnswer {
  /** With a status below 300, or a redirect that was not to be followed. */
  readonly response: Response;
  /** Starts the time limit anew; to be called for every piece of the body. */
  alive(): void;
  /** Ends the time limit. */
  done(): void;
}

/** What to ask for. */
export interface HubRequest {
  readonly url: string;
  readonly method: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends a request. `HEAD` stops at a redirect to another host, whose answer would be about another file name; `GET` follows it, without the token.
 *
 * @throws {HubUnreachableError} when there is no answer.
 */
export async function ask(
  { url, method, headers = {} }: HubRequest,
  { token, timeoutSeconds }: HubSettings,
): Promise<HubAnswer> {
  const control = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const done = () => clearTimeout(timer);
  const alive = () => {
    done();
    timer = setTimeout(
      () => control.abort(new Error(`no byte for ${timeoutSeconds} seconds`)),
      1000 * timeoutSeconds,
    );
  };
  alive();
  let at = new URL(url);
  const { origin } = at;
  try {
    for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
      const response = await fetch(at, {
        method,
        redirect: "manual",
        signal: control.signal,
        headers: {
          ...headers,
          // Compression would hide the file's size and where a part of it begins.
          "accept-encoding": "identity",
          "user-agent": "albert-lab",
          ...(token !== undefined && at.origin === origin && { authorization: `Bearer ${token}` }),
        },
      });
      const target = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || target === null) {
        return { response, alive, done };
      }
      if (method === "HEAD" && !target.startsWith("/")) return { response, alive, done };
      await response.body?.cancel();
      at = new URL(target, at);
    }
  } catch (cause) {
    done();
    // What fetch throws says that it failed; the last of its causes says why.
    const { message } = ((cause as Error).cause ?? cause) as Error;
    const why = message.split(": ").at(-1);
    throw new HubUnreachableError(`${at.origin} does not answer: ${why}`, { cause });
  }
  done();
  throw new HubError(`${url} redirects more than ${MAX_REDIRECTS} times`);
}

/**
 * The sentence for an answer that is no file.
 *
 * @param file what was asked for
 */
export function refusal(
  { status, headers }: Response,
  { id, revision }: HubModel,
  file: string,
  { endpoint, token }: HubSettings,
): HubError {
  const code = headers.get("x-error-code");
  if (status === 404 && code === "RevisionNotFound") {
    return new HubError(`${id} at ${endpoint} has no revision ${revision}`);
  }
  if (code === "GatedRepo") {
    return new HubError(
      `${id} is only for who accepted its conditions: accept them at ${endpoint}/${id} and set HF_TOKEN`,
    );
  }
  if (code === "RepoNotFound" || status === 401 && token === undefined) {
    return new HubError(
      `${endpoint} shows no model ${id}: check the name, and if it is private set HF_TOKEN`,
    );
  }
  if (status === 401 || status === 403) {
    return new HubError(`${endpoint} refuses ${id} to this HF_TOKEN (${status}): check the token`);
  }
  if (status === 404) return new HubError(`${id} at ${endpoint} has no ${file}`);
  if (status === 429 || status >= 500) {
    return new HubUnreachableError(
      `${endpoint} answers ${status} for ${file} of ${id}: try again later`,
    );
  }
  return new HubError(`${endpoint} answers ${status} for ${file} of ${id}`);
}
