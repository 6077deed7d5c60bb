/**
 * Bundles the page and serves it.
 *
 *     deno run -A examples/browser/serve.ts [FOLDER]
 *
 * FOLDER is an ALBERT in the format of Hugging Face, such as a checkpoint of `albert pretrain`. Without
 * one, train a model in the page first.
 */
const HERE = new URL("./", import.meta.url);

const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  css: "text/css",
  js: "text/javascript",
  json: "application/json",
  txt: "text/plain; charset=utf-8",
};

/** Bundles the page's script with the package. */
export async function bundle(flags: string[] = []): Promise<Uint8Array<ArrayBuffer>> {
  const args = ["bundle", "--quiet", "--platform", "browser", ...flags];
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "main.ts"],
    cwd: HERE, // Deno looks for its configuration here.
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

/** Returns a handler that serves the files of the page, and those of a model under `model/`. */
export function pageHandler(
  script: Uint8Array<ArrayBuffer>,
  modelFolder?: string,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const path = new URL(request.url).pathname.slice(1) || "index.html";
    const headers = {
      "content-type": TYPES[path.split(".").at(-1)!] ?? "application/octet-stream",
      // Browsers allow shared memory only in isolated pages.
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
    };
    if (path === "main.js") return new Response(script, { headers });
    const file = fileOf(path, modelFolder);
    const content = file && await Deno.readFile(file).catch(() => null);
    return content
      ? new Response(content, { headers })
      : new Response("Not found", { status: 404 });
  };
}

function fileOf(path: string, modelFolder?: string): string | URL | null {
  if (path === "farm.txt") return new URL("../farm.txt", HERE);
  if (path === "index.html" || path === "style.css") return new URL(path, HERE);
  const model = /^model\/([\w.]+)$/.exec(path)?.[1];
  return model && modelFolder ? `${modelFolder}/${model}` : null;
}

if (import.meta.main) {
  const script = await bundle();
  const onListen = ({ port }: Deno.NetAddr) => console.log(`Open http://localhost:${port}`);
  Deno.serve({ hostname: "localhost", port: 8000, onListen }, pageHandler(script, Deno.args[0]));
}
