/**
 * Requests to the hub: redirects, the token, timeouts and error responses.
 *
 * @module
 */
import { HubError, HubUnreachableError } from "./errors.ts";
import type { HubModel } from "./model_name.ts";
import type { HubSettings } from "./settings.ts";

const MAX_REDIRECTS = 5;

/** A response whose body has not been read. */
export interface HubAnswer {
  /** The response; a redirect if it was not followed. */
  readonly response: Response;
  /** Restarts the timeout. Call this for every chunk of the body. */
  alive(): void;
  /** Ends the timeout. */
  done(): void;
}

/** A request. */
export interface HubRequest {
  readonly url: string;
  readonly method: "GET" | "HEAD";
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Sends a request. `GET` follows redirects to other hosts, without the token. `HEAD` does not, since the headers of the other host describe another file name.
 *
 * @throws {HubUnreachableError} if there is no response.
 */
export async function ask(
  { url, method, headers = {} }: HubRequest,
  { token, login, timeoutSeconds }: HubSettings,
): Promise<HubAnswer> {
  const basic = login && `Basic ${new TextEncoder().encode(login).toBase64()}`;
  const authorization = token === undefined ? basic : `Bearer ${token}`;
  const control = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const done = () => clearTimeout(timer);
  const alive = () => {
    done();
    timer = setTimeout(
      () => control.abort(new Error(`no data for ${timeoutSeconds} seconds`)),
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
          // Compression would change the size and the byte ranges.
          "accept-encoding": "identity",
          "user-agent": "albert-lab",
          ...(authorization !== undefined && at.origin === origin && { authorization }),
        },
      });
      const target = response.headers.get("location");
      if (response.status < 300 || response.status >= 400 || target === null) {
        return { response, alive, done };
      }
      const next = new URL(target, at);
      if (method === "HEAD" && next.origin !== at.origin) return { response, alive, done };
      await response.body?.cancel();
      // Deno also reads files and data by URL.
      if (!/^https?:$/.test(next.protocol)) {
        done();
        throw new HubError(`${url} redirects to a URL of the protocol ${next.protocol}`);
      }
      at = next;
    }
  } catch (cause) {
    done();
    if (cause instanceof HubError) throw cause;
    // The reason is in the innermost cause of fetch's error.
    const { message } = ((cause as Error).cause ?? cause) as Error;
    const why = message.split(": ").at(-1);
    throw new HubUnreachableError(`${at.origin} does not answer: ${why}`, { cause });
  }
  done();
  throw new HubError(`${url} redirects more than ${MAX_REDIRECTS} times`);
}

/**
 * Converts an error response to an error.
 *
 * @param file the requested file
 */
export function responseError(
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
      `${id} is gated: accept its conditions at ${endpoint}/${id} and set HF_TOKEN`,
    );
  }
  if (code === "RepoNotFound" || status === 401 && token === undefined) {
    return new HubError(
      `${endpoint} has no public model ${id}: check the name, and set HF_TOKEN if it is private`,
    );
  }
  if (status === 401 || status === 403) {
    return new HubError(
      `${endpoint} does not allow access to ${id} with this HF_TOKEN (status ${status}): check the token`,
    );
  }
  if (status === 404) return new HubError(`${id} at ${endpoint} has no ${file}`);
  if (status === 429 || status >= 500) {
    return new HubUnreachableError(
      `${endpoint} returned status ${status} for ${file} of ${id}: try again later`,
    );
  }
  return new HubError(`${endpoint} returned status ${status} for ${file} of ${id}`);
}
