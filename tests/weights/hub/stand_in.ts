/**
 * A server with the hub's endpoints: resolve addresses, redirects to another host for large files, relative redirects for small ones.
 */
import { createHash } from "node:crypto";

/** The commit of everything it serves. */
export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** What went over the wire. */
export interface Asked {
  method: string;
  path: string;
  range: string | null;
  authorization: string | null;
}

/** What it does wrong, changed by tests as they go. */
export interface Manners {
  /** Closes the connection of a large file after so many bytes of each answer. */
  cutAfter?: number;
  /** Sends other bytes than those of the checksum. */
  wrongBytes?: boolean;
  /** Answers every request with this status and `x-error-code`. */
  refuse?: { status: number; code?: string };
  /** Ignores `Range`. */
  noRanges?: boolean;
  /** Files that the repository does not have after all. */
  without?: string[];
}

/** The server. */
export interface StandIn {
  endpoint: string;
  asked: Asked[];
  manners: Manners;
  stop(): Promise<void>;
}

/** Files over this size are "large": kept by SHA-256 on another host. */
const LARGE = 1000;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function gitSha1(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Serves the files of one model. */
export function standInForTheHub(id: string, files: Record<string, Uint8Array>): StandIn {
  const asked: Asked[] = [];
  const manners: Manners = {};
  const note = (request: Request) => {
    const { pathname } = new URL(request.url);
    asked.push({
      method: request.method,
      path: decodeURIComponent(pathname),
      range: request.headers.get("range"),
      authorization: request.headers.get("authorization"),
    });
    return decodeURIComponent(pathname);
  };
  const quiet = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const store = Deno.serve(quiet, (request) => {
    const name = note(request).slice("/store/".length);
    return contents(request, files[name], manners);
  });
  const storeAt = `http://127.0.0.1:${store.addr.port}/store/`;
  const hub = Deno.serve(quiet, (request) => {
    const path = note(request);
    if (manners.refuse) return refusal(manners.refuse.status, manners.refuse.code);
    const small = /^\/api\/resolve-cache\/(.+)$/.exec(path)?.[1];
    if (small) return described(contents(request, files[small], {}), files[small]);
    const [, model, revision, name] = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    if (model !== id) return refusal(401, "RepoNotFound");
    if (revision !== "main" && revision !== COMMIT) return refusal(404, "RevisionNotFound");
    const bytes = files[name];
    if (bytes === undefined || manners.without?.includes(name)) {
      return refusal(404, "EntryNotFound");
    }
    const location = bytes.length > LARGE ? storeAt + name : `/api/resolve-cache/${name}`;
    return described(new Response(null, { status: 302, headers: { location } }), bytes);
  });
  return {
    endpoint: `http://127.0.0.1:${hub.addr.port}`,
    asked,
    manners,
    stop: async () => void await Promise.all([hub.shutdown(), store.shutdown()]),
  };
}

function refusal(status: number, code?: string): Response {
  return new Response("no", {
    status,
    headers: code ? { "x-error-code": code, "x-repo-commit": COMMIT } : {},
  });
}

function described(response: Response, bytes: Uint8Array): Response {
  response.headers.set("x-repo-commit", COMMIT);
  if (bytes.length > LARGE) {
    response.headers.set("x-linked-etag", `"${sha256(bytes)}"`);
    response.headers.set("x-linked-size", `${bytes.length}`);
  } else response.headers.set("etag", `W/"${gitSha1(bytes)}"`);
  return response;
}

function contents(request: Request, whole: Uint8Array, manners: Manners): Response {
  const sent = manners.wrongBytes ? whole.map((byte) => byte ^ 1) : whole;
  const from = manners.noRanges
    ? 0
    : Number(/bytes=(\d+)-/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  const rest = sent.slice(from);
  const headers: Record<string, string> = { "content-length": `${rest.length}` };
  if (from > 0) headers["content-range"] = `bytes ${from}-${whole.length - 1}/${whole.length}`;
  const body = manners.cutAfter !== undefined && rest.length > manners.cutAfter
    ? cutStream(rest.slice(0, manners.cutAfter))
    : rest;
  return new Response(request.method === "HEAD" ? null : body, {
    status: from > 0 ? 206 : 200,
    headers,
  });
}

/** Breaks off once its bytes had time to arrive. */
function cutStream(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let sent = false;
  return new ReadableStream({
    async pull(controller) {
      if (!sent) {
        sent = true;
        return controller.enqueue(bytes);
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
      // Short of its content-length: the server closes the connection.
      controller.close();
    },
  });
}
