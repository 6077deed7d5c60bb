/**
 * Compares a training step with jax-js in headless Chromium. The runs are interleaved in one worker: each round runs each library once.
 *
 * @module
 */
import { ALBERT_DEFAULTS } from "../../src/model/mod.ts";
import { median } from "../table.ts";
import { JAX_JS } from "./jax_js.ts";
import type { BrowserAnswer, BrowserResult, BrowserTask, StepSettings } from "./settings.ts";

/** Options of {@linkcode benchBrowser}. */
export interface BrowserBenchOptions extends Omit<BrowserTask, "settings"> {
  /** Path of Chromium. */
  readonly chromium: string;
  /** Flags of `deno bundle`, such as `--config`. */
  readonly flags: readonly string[];
}

/** All results. */
export interface BrowserBench {
  readonly browser: string;
  readonly settings: StepSettings;
  readonly libraries: readonly (BrowserResult & { readonly tokensPerSecond: number })[];
  /** Our tokens per second relative to those of jax-js: median of the ratios of the rounds. */
  readonly ratio: number;
}

/** An ALBERT with the sizes of "Small" in the playground. */
const SETTINGS: StepSettings = {
  ...{ batch: 16, sequence: 64, predictions: 10 },
  model: {
    ...ALBERT_DEFAULTS,
    ...{ vocabSize: 1000, embeddingSize: 64, hiddenSize: 128, intermediateSize: 512 },
    ...{ numHiddenLayers: 4, numAttentionHeads: 4, maxPositionEmbeddings: 64 },
    ...{ hiddenDropoutProb: 0, attentionProbsDropoutProb: 0 },
  },
};

const HERE = new URL("./", import.meta.url);
const PAGE = `<!doctype html><title>Benchmark</title>
<script>new Worker("worker.js", { type: "module" })</script>`;

/** The software adapter is for machines without a GPU. */
const CHROMIUM_FLAGS = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"],
  ...["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"],
];

/**
 * Measures a training step in a browser.
 *
 * @throws {Error} if a library cannot train there, with its message
 */
export async function benchBrowser(
  { backend, rounds, steps, chromium, flags }: BrowserBenchOptions,
): Promise<BrowserBench> {
  const files = await bundle(flags);
  const task: BrowserTask = { backend, rounds, steps, settings: SETTINGS };
  const answered = Promise.withResolvers<BrowserAnswer>();
  const server = Deno.serve(
    { port: 0, hostname: "localhost", onListen() {} },
    async (request) => {
      const name = new URL(request.url).pathname.slice(1);
      if (name === "answer") {
        answered.resolve(await request.json());
        return new Response();
      }
      if (name === "task") return Response.json(task, { headers: ISOLATED });
      const content = name === "" ? PAGE : files.get(name);
      if (content === undefined) return new Response("Not found", { status: 404 });
      const type = name === "" ? "text/html" : "text/javascript";
      return new Response(content, { headers: { "content-type": type, ...ISOLATED } });
    },
  );
  const profile = await Deno.makeTempDir({ prefix: "albert-chromium-" });
  const browser = new Deno.Command(chromium, {
    args: [
      ...CHROMIUM_FLAGS,
      `--user-data-dir=${profile}`,
      `http://localhost:${server.addr.port}/`,
    ],
    ...{ stdin: "null", stdout: "null", stderr: "null" },
  }).spawn();
  try {
    const ended = browser.status.then(({ code }): BrowserAnswer => ({
      error: `The browser ended with code ${code}`,
    }));
    const answer = await Promise.race([answered.promise, ended]);
    if ("error" in answer) throw new Error(answer.error);
    return report(answer);
  } finally {
    browser.kill();
    await browser.status;
    await server.shutdown();
    await Deno.remove(profile, { recursive: true });
  }
}

/** Headers that browsers require for threads. */
const ISOLATED = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
};

function report({ browser, results }: Extract<BrowserAnswer, { browser: string }>): BrowserBench {
  const tokens = SETTINGS.batch * SETTINGS.sequence;
  const libraries = results.map((result) => ({
    ...result,
    tokensPerSecond: 1000 * tokens / median([...result.milliseconds]),
  }));
  const [ours, theirs] = results;
  const ratios = ours.milliseconds.map((time, round) => theirs.milliseconds[round] / time);
  return { browser, settings: SETTINGS, libraries, ratio: median(ratios) };
}

/** Bundles the worker, jax-js, and the thread of the CPU device, which the device starts by its name. */
async function bundle(flags: readonly string[]): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  const output = await Deno.makeTempDir({ prefix: "albert-bench-" });
  const jaxJs = `${output}/jax.ts`;
  await Deno.writeTextFile(jaxJs, `export * from "${JAX_JS}";`);
  const files = new Map<string, Uint8Array<ArrayBuffer>>();
  const read = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await read(`${folder}/${name}`);
      else files.set(name, await Deno.readFile(`${folder}/${name}`));
    }
  };
  try {
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["bundle", "--quiet", "--platform", "browser", "--minify", "--code-splitting"],
        ...["--external", "./albert_mini_books/mod.ts", ...flags, "--outdir", output],
        ...["worker.ts", "../../examples/browser/cpu_worker.ts", jaxJs],
      ],
      cwd: HERE,
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    await read(output);
    return files;
  } finally {
    await Deno.remove(output, { recursive: true });
  }
}
