/**
 * The Deno configuration that the tools run with.
 *
 * @module
 */
import { exists, fileUrl, ROOT, shortHash, usableCacheFolder, writeAtomically } from "./files.ts";
import { isJsrAvailable, jsrSpecifiers } from "./jsr.ts";

/** The fields of `deno.json` that the launcher reads, and the imports of `imports.json`. */
export interface DenoConfig {
  name: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  [field: string]: unknown;
}

/** With this variable, Deno downloads the npm packages that a program imports instead of all in the lock file. */
export const LAZY_PACKAGES = { DENO_UNSTABLE_NPM_LAZY_CACHING: "1" } as const;

/** The configuration to run with. */
export interface Config {
  /** File for `--config`. */
  path: string;
  /** Flags of `deno run`, `deno test`, `deno check` … that select it. */
  flags: string[];
  /** Whether packages come from JSR; otherwise they come from `tasks/airgap`. */
  jsr: boolean;
  /** The specifiers of JSR's packages that our code imports, if they come from JSR. */
  packages?: string[];
}

/** A package in `tasks/airgap` that replaces one of JSR. */
export interface StandIn {
  folder: string;
  name: string;
  /** Export paths such as `.` and `./help`. */
  exports: string[];
}

/**
 * Returns `deno.json` if JSR is available. Otherwise writes a configuration with `links` to the stand-ins into the cache
 * folder. Its file name is the hash of its content, so that any number of processes may write it at the same time.
 */
export async function prepareConfig(log: (line: string) => void): Promise<Config> {
  const config = await readSettings();
  const standIns = await readStandIns();
  const cache = await usableCacheFolder();
  if (await isJsrAvailable(config.imports, standIns, cache)) {
    return { ...await withJsr(cache), packages: jsrSpecifiers(config.imports, standIns) };
  }
  const linked = await standInConfig();
  log(`Cannot reach JSR. Using the stand-ins in tasks/airgap (${linked.path}).`);
  return linked;
}

/**
 * Reads `deno.json` and its import map, which is a separate file because `deno task` downloads all npm packages that
 * `deno.json` names before it runs a task.
 */
export async function readSettings(): Promise<DenoConfig> {
  const [settings, { imports }] = await Promise.all(
    ["deno.json", "imports.json"].map(async (name) =>
      JSON.parse(await Deno.readTextFile(`${ROOT}/${name}`))
    ),
  );
  return { ...settings, imports };
}

/** Folders of generated modules, which no check of style reads. `lint.exclude` of `deno.json` is the list of them. */
export async function generatedFolders(): Promise<readonly string[]> {
  const { lint } = await readSettings() as DenoConfig & { lint?: { exclude?: string[] } };
  return lint?.exclude ?? [];
}

/** Writes a configuration with `links` to the stand-ins into the cache folder. */
export async function standInConfig(): Promise<Config> {
  const config = await readSettings();
  const text = linkedConfig(config, await readStandIns(), ROOT);
  const path = `${await usableCacheFolder()}/deno-${await shortHash(text)}.json`;
  await writeAtomically(path, text);
  return { path, flags: ["--config", path, "--no-lock"], jsr: false };
}

/** Uses a copy of the lock file, so that Deno can add JSR's entries without changing the checkout. */
async function withJsr(cache: string): Promise<Config> {
  const path = `${ROOT}/deno.json`;
  const lock = await Deno.readTextFile(`${ROOT}/deno.lock`);
  const copy = `${cache}/deno-${await shortHash(lock)}.lock`;
  if (!await exists(copy)) await writeAtomically(copy, lock);
  return { path, flags: ["--config", path, `--lock=${copy}`], jsr: true };
}

/**
 * Downloads the packages that a tool imports, once for each content of `deno.lock`. Logs one line if there is anything to download: Deno would print a line for
 * each package, or with `--quiet` none.
 */
export async function fetchPackages(
  name: string,
  script: string,
  { flags, packages = [] }: Config,
  log: (line: string) => void,
): Promise<void> {
  const lock = await Deno.readTextFile(`${ROOT}/deno.lock`);
  const key = await shortHash(JSON.stringify([script, flags, lock, Deno.env.get("DENO_DIR")]));
  const done = `${await usableCacheFolder()}/packages-${key}`;
  if (await exists(done)) return;
  const child = new Deno.Command(Deno.execPath(), {
    // All of JSR's packages, so that a check without a network finds them.
    args: ["cache", ...flags, `${ROOT}/${script}`, ...packages],
    env: { ...LAZY_PACKAGES, NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let logged = false;
  for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
    if (!logged && /^Download /m.test(text)) {
      log(`Downloading the packages of ${name} …`);
      logged = true;
    }
  }
  if (!(await child.status).success) return; // The tool will report the error.
  await writeAtomically(done, "");
}

/** An import map with absolute targets. It includes the package itself, which examples in its documentation import. */
export function absoluteImports(
  { name, exports, imports }: DenoConfig,
  root: string,
): Record<string, string> {
  const absolute = (target: string) =>
    target.startsWith("./") ? fileUrl(root) + target.slice(1) : target;
  return Object.fromEntries([
    ...Object.entries(imports).map(([name, target]) => [name, absolute(target)]),
    ...Object.entries(exports).map(([path, target]) => [name + path.slice(1), absolute(target)]),
  ]);
}

/** The text of the configuration with stand-ins. All paths are absolute. */
export function linkedConfig(config: DenoConfig, standIns: StandIn[], root: string): string {
  const { compilerOptions, lint, test } = config;
  return JSON.stringify(
    {
      imports: absoluteImports(config, root),
      compilerOptions,
      lint,
      test,
      lock: false,
      links: standIns.map(({ folder }) => folder),
    },
    null,
    2,
  ) + "\n";
}

/** All packages in `tasks/airgap`, ordered by name. */
export async function readStandIns(): Promise<StandIn[]> {
  const found: StandIn[] = [];
  for await (const entry of Deno.readDir(`${ROOT}/tasks/airgap`)) {
    if (!entry.isDirectory) continue;
    const folder = `${ROOT}/tasks/airgap/${entry.name}`;
    const { name, exports } = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`));
    found.push({
      folder,
      name,
      exports: typeof exports === "string" ? ["."] : Object.keys(exports),
    });
  }
  return found.sort((a, b) => a.name < b.name ? -1 : 1);
}
