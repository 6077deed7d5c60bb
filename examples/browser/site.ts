/**
 * The playground as files: bundles, page and styles.
 *
 * @module
 */

const HERE = new URL("./", import.meta.url);

/** Each becomes a file of the site: the page, its worker, and the threads of the CPU device, which the device starts by this name. */
const ENTRIES = ["main.tsx", "worker.ts", "cpu_worker.ts"];
const STATIC = [
  ...["index.html", "style.css", "panels/inside.css", "panels/use.css"],
  ...["icon.svg", "isolation.js"],
];

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css",
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  json: "application/json",
  svg: "image/svg+xml",
};

/** The weights of the package's model as modules, which the site does without: it serves the model's files themselves. */
const EMBEDDED_MODEL = "./albert_mini_books/mod.ts";

/** Contents of the site by the path of the file. */
export type Site = ReadonlyMap<string, Uint8Array<ArrayBuffer>>;

/**
 * Builds the site.
 *
 * @param flags of `deno bundle`, such as `--config`
 */
export async function buildSite(flags: readonly string[] = []): Promise<Site> {
  const output = await Deno.makeTempDir({ prefix: "albert-site-" });
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--platform", "browser", "--minify", "--code-splitting"],
        ...["--external", EMBEDDED_MODEL, ...flags, "--outdir", output, ...ENTRIES],
      ],
      cwd: HERE, // Deno looks for its configuration here.
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    const site = new Map<string, Uint8Array<ArrayBuffer>>();
    for (const path of STATIC) {
      site.set(path.split("/").at(-1)!, await Deno.readFile(new URL(path, HERE)));
    }
    for await (const { name } of Deno.readDir(output)) {
      site.set(name, await Deno.readFile(`${output}/${name}`));
    }
    return site;
  } finally {
    await Deno.remove(output, { recursive: true });
  }
}

/** Options of {@linkcode siteHandler}. */
export interface HandlerOptions {
  /** Whether to send the headers that browsers require for threads; true by default. */
  readonly isolated?: boolean;
}

/** Names of this machine. Another name is that of a page of a stranger which leads here (DNS rebinding), and which could read the model. */
const LOCAL_NAMES = ["localhost", "127.0.0.1", "[::1]"];

/** Returns a handler that serves a site to pages of this machine. */
export function siteHandler(
  site: Site,
  { isolated = true }: HandlerOptions = {},
): (request: Request) => Response {
  return (request) => {
    const { hostname, pathname } = new URL(request.url);
    if (!LOCAL_NAMES.includes(hostname)) return new Response("Forbidden", { status: 403 });
    const path = pathname.slice(1) || "index.html";
    const content = site.get(path);
    if (content === undefined) return new Response("Not found", { status: 404 });
    return new Response(content, {
      headers: {
        "content-type": TYPES[path.split(".").at(-1)!] ?? "application/octet-stream",
        ...(isolated && {
          "cross-origin-opener-policy": "same-origin",
          "cross-origin-embedder-policy": "require-corp",
        }),
      },
    });
  };
}
