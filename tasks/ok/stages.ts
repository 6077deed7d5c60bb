import type { DenoConfig } from "../launch/config.ts";
import { exists, ROOT } from "../launch/files.ts";
import { browserConfig } from "./browser_config.ts";
import { denoOutput } from "./deno_command.ts";
import { runExamples } from "./examples.ts";
import { publishDryRun } from "./publish.ts";
import type { Count, Stage } from "./run_stages.ts";
import { runTests } from "./tests.ts";

/** Every stage by its name, in the order they run: quick ones first. */
export const STAGES: Record<string, Stage> = {
  /** Formatting. */
  fmt: () => once(["fmt", "--check"]),
  /** Lint rules. */
  lint: async ({ config }) =>
    once(["lint", "--quiet", "--config", config.path, ...await sources()]),
  /** Types, as Deno has them, of everything but the page. */
  check: async ({ config }) =>
    once(["check", "--quiet", ...config.flags, ...(await sources()).map(withoutPage)]),
  /** Types, as browsers have them, of everything the public API reaches, and of the page. */
  browser: async ({ config }) =>
    sum([
      await browserCheck(await browserConfig(config), ...await library()),
      // It imports the training loop, whose `main` is for Deno.
      await browserCheck(await browserConfig(config, ["deno.ns"]), PAGE),
    ]),
  /** Every exported symbol has its documentation and a type that can be read off. */
  doc: async ({ config }) =>
    once(["doc", "--lint", "--quiet", ...config.flags, ...await exported()]),
  /** The code in documentation comments, in the README and in `docs` does what it says. */
  snippets: async (context) =>
    await runTests(context, [
      ...["--doc", "mod.ts", "README.md"],
      ...await present("src", "kernels"),
      ...await pages(),
    ]),
  /** Every program under `examples` runs to its end. */
  examples: runExamples,
  /** The tests. */
  tests: async (context) =>
    await runTests(context, context.paths.length > 0 ? context.paths : ["tests"]),
  /** What would go to JSR. */
  publish: async ({ config }) => report(await publishDryRun(config)),
};

/** The one module that is for pages alone. */
const PAGE = "examples/browser/main.ts";

/** Leaves out what lies deeper than `examples/` itself: pages are no programs of Deno's. */
function withoutPage(path: string): string {
  return path === "examples" ? "examples/*.ts" : path;
}

function browserCheck(config: string, ...paths: string[]): Promise<Count> {
  return once(["check", "--quiet", "--no-lock", "--config", config, ...paths]);
}

/** The modules that users import: all that `deno.json` exports. */
async function exported(): Promise<string[]> {
  const { exports }: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  return Object.values(exports);
}

/** Those of them that are no program and run in a page too. */
async function library(): Promise<string[]> {
  return (await exported()).filter((path) => !path.startsWith("./tasks/"));
}

function sum(counts: Count[]): Count {
  const of = (name: keyof Count) => counts.reduce((sum, count) => sum + count[name], 0);
  return { passed: of("passed"), failed: of("failed"), skipped: of("skipped") };
}

/** The pages of `docs`. */
async function pages(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${ROOT}/docs`));
  return entries.map(({ name }) => `docs/${name}`).filter((path) => path.endsWith(".md")).sort();
}

/** Where TypeScript lies. */
function sources(): Promise<string[]> {
  return present("mod.ts", "src", "kernels", "tasks", "tests", "bench", "examples");
}

/** Those that exist and hold a module: `deno` refuses a path without one. */
async function present(...paths: string[]): Promise<string[]> {
  const found = await Promise.all(paths.map((path) => holdsModule(`${ROOT}/${path}`)));
  return paths.filter((_, i) => found[i]);
}

async function holdsModule(path: string): Promise<boolean> {
  if (path.endsWith(".ts")) return await exists(path);
  if (!await exists(path)) return false;
  for await (const entry of Deno.readDir(path)) {
    const inner = `${path}/${entry.name}`;
    if (entry.isFile ? inner.endsWith(".ts") : await holdsModule(inner)) return true;
  }
  return false;
}

async function once(words: string[]): Promise<Count> {
  return report(await denoOutput(words));
}

function report({ code, output }: { code: number; output: string }): Count {
  if (output.trim() && code !== 0) console.log(output.trimEnd());
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}
