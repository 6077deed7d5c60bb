/** Names of models and replies of a hub. */
import { downloadModel, parseHubName } from "../../../src/weights/hub/mod.ts";
import { COMMIT, sha256 } from "../../weights/hub/fake_hub.ts";
import { chance, fuzzer, pick } from "../fuzzer.ts";
import { HOSTILE_TEXTS, mutateText } from "../mutate_text.ts";
import { mutateJson } from "../mutate_json.ts";
import { emptyFolder, scratch } from "../fuzzer.ts";

/** Names of models. */
export const hubName = fuzzer<string>({
  rejections: ["HubError"],
  make: (random) =>
    mutateText(random, [
      "hf:albert/albert-base-v2",
      "hf:albert/albert-base-v2@v1.0",
      "hf:../../x",
      "hf:a/b@refs/pr/1",
      "hf:a/..@../..",
    ]),
  read: (name) => {
    const { id, revision } = parseHubName(name);
    const parts = [...id.split("/"), ...revision.split("/")];
    if (id.split("/").length !== 2 || parts.some((part) => /^\.*$|[\\\0\n]/.test(part))) {
      throw new Error(`would go to ${id}@${revision}`);
    }
  },
});

const CONFIG = new TextEncoder().encode('{"model_type":"albert"}');
const WEIGHTS = new Uint8Array(2000).fill(7);
const INDEX = { weight_map: { a: "model-1.safetensors", b: "model-2.safetensors" } };

interface Answer {
  status: number;
  headers: Record<string, string>;
  /** Body as base64. */
  body: string;
}

const base64 = (bytes: Uint8Array) => {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
};

/** Valid replies by file, as JSON, so that they can be damaged as JSON. */
function answers(index: string): Record<string, Answer> {
  const good = (bytes: Uint8Array): Answer => ({
    status: 200,
    headers: { "x-repo-commit": COMMIT, etag: `"${sha256(bytes)}"` },
    body: base64(bytes),
  });
  return {
    "config.json": good(CONFIG),
    "model.safetensors.index.json": good(new TextEncoder().encode(index)),
    "model-1.safetensors": good(WEIGHTS),
    "model-2.safetensors": good(WEIGHTS),
  };
}

const STATUSES = [200, 204, 206, 301, 302, 304, 401, 403, 404, 416, 429, 500, 503];
const HEADERS = ["x-repo-commit", "etag", "x-linked-etag", "x-linked-size", "content-length"]
  .concat(["location", "content-range", "x-error-code", "content-encoding", "transfer-encoding"]);
const VALUES = [COMMIT, "../..", `"../../../x"`, "-1", "0", "99999999999999", "EntryNotFound"]
  .concat(["RepoNotFound", "/loop", "http://127.0.0.1:1/", "file:///etc/passwd", "gzip", 'W/"x"'])
  .concat(HOSTILE_TEXTS.filter((text) => /^[\x20-\x7e]+$/.test(text)));

/** Replies of a hub, some of them damaged, that are downloaded into an empty cache. */
export const hubReplies = fuzzer<string>({
  rejections: ["HubError", "HubUnreachableError", "SyntaxError"],
  cost: 40,
  make: (random) => {
    const index = chance(random, 50) ? JSON.stringify(INDEX) : mutateJson(random, [INDEX]);
    const all = answers(index);
    for (const answer of Object.values(all)) {
      if (!chance(random, 40)) continue;
      if (chance(random, 30)) answer.status = pick(random, STATUSES);
      if (chance(random, 70)) answer.headers[pick(random, HEADERS)] = pick(random, VALUES);
      if (chance(random, 20)) delete answer.headers[pick(random, HEADERS)];
      if (chance(random, 20)) answer.body = base64(WEIGHTS.subarray(random.integer(2000)));
    }
    return JSON.stringify(all);
  },
  read: async (text) => {
    const all: Record<string, Answer> = JSON.parse(text);
    const folder = emptyFolder("hub");
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const name = new URL(request.url).pathname.split("/").at(-1)!;
      if (!Object.hasOwn(all, name)) {
        return new Response("no", { status: 404, headers: { "x-error-code": "EntryNotFound" } });
      }
      const { status, headers, body } = all[name];
      const bytes = Uint8Array.from(atob(body), (letter) => letter.charCodeAt(0));
      const bare = request.method === "HEAD" || [204, 304].includes(status);
      const length: Record<string, string> = bare ? { "x-linked-size": `${bytes.length}` } : {};
      return new Response(bare ? null : bytes, { status, headers: { ...length, ...headers } });
    });
    let refusal: unknown;
    try {
      await downloadModel("hf:a/b", {}, {
        endpoint: `http://127.0.0.1:${server.addr.port}`,
        cache: `${folder}/cache`,
        offline: false,
        timeoutSeconds: 1,
        waitSeconds: [0.001],
      });
    } catch (error) {
      refusal = error;
    }
    await server.shutdown();
    const outside = [...Deno.readDirSync(folder)].filter(({ name }) => name !== "cache");
    const others = [...Deno.readDirSync(scratch("."))].map(({ name }) => name);
    if (outside.length > 0 || others.includes("x")) throw new Error("wrote outside the cache\n");
    if (refusal !== undefined) throw refusal;
  },
});
