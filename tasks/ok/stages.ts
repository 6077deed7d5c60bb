/**
 * The stages of the gate.
 *
 * @module
 */
import { absoluteImports, type Config, readSettings, standInConfig } from "../launch/config.ts";
import { exists, ROOT, shortHash, usableCacheFolder, writeAtomically } from "../launch/files.ts";
import { denoOutput, denoWithLimit, type Outcome } from "./deno_command.ts";
import { countingFlags } from "./dispatches.ts";
import { publishDryRun } from "./publish.ts";
import { type Count, type Stage, type StageContext, sumCounts } from "./run_stages.ts";
import { runTests } from "./tests.ts";

/** The stages by name, in the order they run: quick ones first. */
export const STAGES: Record<string, Stage> = {
  /** Checks the formatting. */
  fmt: () => single(["fmt", "--check"]),
  /** Checks the lint rules, which depend on the configuration of the project: some are for packages only. */
  lint: async () =>
    single(["lint", "--quiet", "--config", `${ROOT}/deno.json`, ...await sources()]),
  /** Checks the types of all modules but the browser example, with Deno's libraries. */
  check: async ({ config }) =>
    single(["check", "--quiet", ...config.flags, ...(await sources()).map(withoutPage)]),
  /** Checks the types of the public API and of the browser example, with a browser's libraries. */
  browser: async ({ config }) => {
    const path = await browserConfig(config);
    return sumCounts([
      await browserCheck(path, ...await library()),
      await browserCheck(path, ...PAGE),
    ]);
  },
  /** Checks that every exported symbol has documentation and an explicit type. */
  doc: async ({ config }) =>
    single(["doc", "--lint", "--quiet", ...config.flags, ...await exported()]),
  /** Runs the code in documentation comments, in the README and in `docs`. */
  snippets: async (context) => {
    const files = ["README.md", ...await pages()];
    await using onWebGpu = await copyForWebGpu(files);
    return await runTests(context, [
      ...["--doc", "mod.ts", ...files, ...onWebGpu.paths],
      ...await present("src", "kernels"),
    ]);
  },
  /** Runs the programs in `examples`. */
  examples: runExamples,
  /** Runs the tests. */
  tests: async (context) =>
    await runTests(context, context.paths.length > 0 ? context.paths : ["tests"]),
  /** With JSR's packages: repeats with the stand-ins what depends on them most. Without: there is nothing to repeat. */
  "stand-ins": async (context) => {
    if (!context.config.jsr) return { passed: 0, failed: 0, skipped: 0 };
    const config = await standInConfig();
    return sumCounts([
      await STAGES.check({ ...context, config }),
      await runTests({ ...context, config }, [
        "tests/setup",
        "tests/fuzz",
        ...["cliffy", "command_line", "options", "run_cli"].map((name) =>
          `tests/tasks/${name}_test.ts`
        ),
      ]),
    ]);
  },
  /** Checks that the package can be published to JSR. */
  publish: async ({ config }) => report(await publishDryRun(config)),
};

/** Exported modules that use files, processes or libraries of the system. */
const NEEDS_DENO = /^\.\/tasks\/|\/(disk|hub|mpi|report|runs)[./]/;

/** The modules that run only in browsers. */
const PAGE = ["main.tsx", "worker.ts", "cpu_worker.ts"].map((name) => `examples/browser/${name}`);

/** Excludes the subfolders of `examples`, whose modules run in browsers. */
function withoutPage(path: string): string {
  return path === "examples" ? "examples/*.ts" : path;
}

function browserCheck(config: string, ...paths: string[]): Promise<Count> {
  return single(["check", "--quiet", "--no-lock", "--config", config, ...paths]);
}

/**
 * Writes a configuration with which modules are type-checked as in a browser: without `Deno`, with the DOM and the WebGPU
 * types of the W3C group.
 */
async function browserConfig(config: Config): Promise<string> {
  const settings = await readSettings();
  const text = JSON.stringify({
    imports: absoluteImports(settings, ROOT),
    compilerOptions: {
      lib: ["esnext", "dom", "dom.iterable", "dom.asynciterable"],
      types: [settings.imports["@webgpu/types"]],
    },
    links: config.jsr ? undefined : JSON.parse(await Deno.readTextFile(config.path)).links,
    lock: false,
  });
  const path = `${await usableCacheFolder()}/browser-${await shortHash(text)}.json`;
  await writeAtomically(path, text);
  return path;
}

/** Seconds without output after which an example is stopped and counts as failed. */
const EXAMPLE_LIMIT = 120;

/** Runs each file of `examples` in an empty folder. */
async function runExamples({ config, show, env = {} }: StageContext): Promise<Count> {
  const count: Count = { passed: 0, failed: 0, skipped: 0 };
  const files = await filesOf("examples");
  await using onWebGpu = await copyForWebGpu(files);
  const programs = files.filter((path) => path.endsWith(".ts")).map((path) => `${ROOT}/${path}`);
  for (const path of [...programs, ...onWebGpu.paths]) {
    const folder = await Deno.makeTempDir();
    if (show) console.log(`-- ${path}`);
    const flags = ["--quiet", "--allow-all", ...config.flags, ...countingFlags(env)];
    const args = ["run", ...flags, path];
    const { code, stopped } = await denoWithLimit(args, env, EXAMPLE_LIMIT, show, folder);
    if (stopped && show) console.log(`Stopped after ${EXAMPLE_LIMIT} s without output.`);
    count[code === 0 ? "passed" : "failed"]++;
    await Deno.remove(folder, { recursive: true });
  }
  return count;
}

/**
 * Copies files with `"webgpu"` in place of `"auto"`, which does not use software adapters.
 *
 * @returns the copies that differ; none without an adapter
 */
async function copyForWebGpu(
  files: readonly string[],
): Promise<AsyncDisposable & { paths: string[] }> {
  const folder = await Deno.makeTempDir({ prefix: "albert-webgpu-" });
  const paths: string[] = [];
  const hasAdapter = (await navigator.gpu?.requestAdapter() ?? null) !== null;
  for (const file of hasAdapter ? files : []) {
    const text = await Deno.readTextFile(`${ROOT}/${file}`);
    const changed = text.replaceAll('device: "auto"', 'device: "webgpu"');
    const copy = `${folder}/${file.slice(file.lastIndexOf("/") + 1)}`;
    await Deno.writeTextFile(copy, changed);
    if (changed !== text) paths.push(copy);
  }
  return { paths, [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }) };
}

/** The paths of the files in a folder, without its subfolders, in order. */
async function filesOf(folder: string): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${ROOT}/${folder}`));
  return entries.filter(({ isFile }) => isFile).map(({ name }) => `${folder}/${name}`).sort();
}

/** The modules that `deno.json` exports. */
async function exported(): Promise<string[]> {
  const { exports } = await readSettings();
  return Object.values(exports);
}

/** The exported modules that also run in a browser. */
async function library(): Promise<string[]> {
  return (await exported()).filter((path) => !NEEDS_DENO.test(path));
}

async function pages(): Promise<string[]> {
  return (await filesOf("docs")).filter((path) => path.endsWith(".md"));
}

/** The folders with TypeScript modules. */
function sources(): Promise<string[]> {
  return present("mod.ts", "src", "kernels", "tasks", "tests", "bench", "examples");
}

/** The paths that contain a module. `deno` rejects a path without one. */
async function present(...paths: string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => hasModule(`${ROOT}/${path}`)));
  return paths.filter((_, i) => found[i]);
}

async function hasModule(path: string): Promise<boolean> {
  if (path.endsWith(".ts")) return await exists(path);
  if (!await exists(path)) return false;
  for await (const entry of Deno.readDir(path)) {
    const inner = `${path}/${entry.name}`;
    if (entry.isFile ? inner.endsWith(".ts") : await hasModule(inner)) return true;
  }
  return false;
}

/** Runs one `deno` command that counts as one check. */
async function single(args: string[]): Promise<Count> {
  return report(await denoOutput(args));
}

function report({ code, output }: Outcome): Count {
  if (output.trim() && code !== 0) console.log(output.trimEnd());
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}
