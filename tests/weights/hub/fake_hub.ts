/**
 * A local server with the endpoints of the hub: it redirects to another host for large files, and to itself for small ones.
 */
import { createHash } from "node:crypto";
import type { HubSettings } from "../../../src/weights/hub/mod.ts";

/** The commit of all files. */
export const COMMIT = "0123456789abcdef0123456789abcdef01234567";

/** Names of that commit. */
const REVISIONS = [COMMIT, "main", "refs/pr/3"];

/** A request that the server received. */
export interface HubRequest {
  method: string;
  path: string;
  range: string | null;
  authorization: string | null;
}

/** Faults to inject. Tests change them between requests. */
export interface HubFaults {
  /** Closes the connection of a large file after this number of bytes. */
  cutAfter?: number;
  /** Sends bytes that do not match the checksum. */
  wrongBytes?: boolean;
  /** Status and `x-error-code` of every response. */
  status?: { status: number; code?: string };
  /** Sends a large file without an end. */
  endless?: boolean;
  /** Redirects requests of large files to this URL. */
  location?: string;
  /** Ignores `Range`. */
  noRanges?: boolean;
  /** Files that the repository does not contain. */
  without?: string[];
}

/** The server. */
export interface FakeHub {
  endpoint: string;
  requests: HubRequest[];
  faults: HubFaults;
  stop(): Promise<void>;
}

/** Larger files have a SHA-256 checksum and are on another host. */
const LARGE = 1000;

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function gitSha1(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}

/** Serves the files of one model. */
export function fakeHub(id: string, files: Record<string, Uint8Array>): FakeHub {
  const requests: HubRequest[] = [];
  const faults: HubFaults = {};
  const record = (request: Request) => {
    const { pathname } = new URL(request.url);
    requests.push({
      method: request.method,
      path: decodeURIComponent(pathname),
      range: request.headers.get("range"),
      authorization: request.headers.get("authorization"),
    });
    return decodeURIComponent(pathname);
  };
  const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
  const store = Deno.serve(options, (request) => {
    const name = record(request).slice("/store/".length);
    return contents(request, files[name], faults);
  });
  const storeAt = `http://127.0.0.1:${store.addr.port}/store/`;
  const hub = Deno.serve(options, (request) => {
    const path = record(request);
    if (faults.status) return errorResponse(faults.status.status, faults.status.code);
    const small = /^\/api\/resolve-cache\/(.+)$/.exec(path)?.[1];
    if (small) return described(contents(request, files[small], {}), files[small]);
    // A revision with slashes is one encoded part of the path.
    const { pathname } = new URL(request.url);
    const [, model, ...parts] = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname) ?? [];
    const [revision, name] = parts.map(decodeURIComponent);
    if (model !== id) return errorResponse(401, "RepoNotFound");
    if (!REVISIONS.includes(revision)) return errorResponse(404, "RevisionNotFound");
    const bytes = files[name];
    if (bytes === undefined || faults.without?.includes(name)) {
      return errorResponse(404, "EntryNotFound");
    }
    const file = encodeURIComponent(name);
    const large = faults.location ?? storeAt + file;
    const location = bytes.length > LARGE ? large : `/api/resolve-cache/${file}`;
    return described(new Response(null, { status: 302, headers: { location } }), bytes);
  });
  return {
    endpoint: `http://127.0.0.1:${hub.addr.port}`,
    requests,
    faults,
    stop: async () => void await Promise.all([hub.shutdown(), store.shutdown()]),
  };
}

function errorResponse(status: number, code?: string): Response {
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

function contents(request: Request, whole: Uint8Array, faults: HubFaults): Response {
  const sent = faults.wrongBytes ? whole.map((byte) => byte ^ 1) : whole;
  const from = faults.noRanges
    ? 0
    : Number(/bytes=(\d+)-/.exec(request.headers.get("range") ?? "")?.[1] ?? 0);
  const rest = sent.slice(from);
  const headers: Record<string, string> = { "content-length": `${rest.length}` };
  if (from > 0) headers["content-range"] = `bytes ${from}-${whole.length - 1}/${whole.length}`;
  if (faults.endless) {
    const pull = (to: ReadableStreamDefaultController) => to.enqueue(sent);
    return new Response(new ReadableStream({ pull }), { status: 200 });
  }
  const body = faults.cutAfter !== undefined && rest.length > faults.cutAfter
    ? cutStream(rest.slice(0, faults.cutAfter))
    : rest;
  return new Response(request.method === "HEAD" ? null : body, {
    status: from > 0 ? 206 : 200,
    headers,
  });
}

/** Ends before its content-length, after a delay in which the bytes arrive. */
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

/** The model of {@linkcode FILES}. */
export const ID = "ada/tiny-albert";
export const WEIGHTS = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 31) >> 3);
export const text = (value: string) => new TextEncoder().encode(value);
export const FILES = {
  "config.json": text('{"model_type": "albert"}'),
  "model.safetensors": WEIGHTS,
  "tokenizer.json": text('{"model": {}}'),
  "README.md": text("not needed"),
};

/** What a test gets. */
export interface Setup {
  hub: FakeHub;
  settings: HubSettings;
  folder: string;
}

/** Runs a test with a fake hub and an empty cache. */
export async function withHub(
  test: (setup: Setup) => Promise<void>,
  files: Record<string, Uint8Array> = FILES,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const hub = fakeHub(ID, files);
  const settings = {
    endpoint: hub.endpoint,
    cache: `${folder}/hub`,
    offline: false,
    timeoutSeconds: 5,
    waitSeconds: [0.001, 0.001],
  };
  try {
    await test({ hub, settings, folder: `${folder}/hub/models--ada--tiny-albert` });
  } finally {
    await hub.stop();
    await Deno.remove(folder, { recursive: true });
  }
}
