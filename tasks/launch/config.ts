import { fileUrl, ROOT, shortHash, usableCacheFolder, writeWhole } from "./files.ts";
import { jsrWithinReach } from "./jsr.ts";

/** What the launcher reads of `deno.json`. */
export interface DenoConfig {
  name: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
  [field: string]: unknown;
}

/** The configuration to run with. */
export interface Config {
  /** File for `--config`. */
  path: string;
  /** The flags of `deno run`, `test`, `check` … that choose it. */
  flags: string[];
  /** Whether it names JSR's packages or our stand-ins. */
  jsr: boolean;
}

/** A stand-in package under `tasks/airgap`. */
export interface StandIn {
  folder: string;
  name: string;
  /** Export paths: `.`, `./help`. */
  exports: string[];
}

/**
 * `deno.json` itself where JSR can be had; otherwise, in the cache folder, the same with `links` to
 * the stand-ins, named by its content so that any number of processes may write it at once.
 */
export async function prepareConfig(say: (line: string) => void): Promise<Config> {
  const config: DenoConfig = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const standIns = await readStandIns();
  const cache = await usableCacheFolder();
  if (await jsrWithinReach(config.imports, standIns, cache)) return await withJsr(cache);
  const text = linkedConfig(config, standIns, ROOT);
  const path = `${cache}/deno-${await shortHash(text)}.json`;
  await writeWhole(path, text);
  say(`JSR is out of reach: running with the stand-ins of tasks/airgap (${path}).`);
  return { path, flags: ["--config", path, "--no-lock"], jsr: false };
}

/** Runs on a copy of the lock file: JSR's entries join it without changing the checkout. */
async function withJsr(cache: string): Promise<Config> {
  const path = `${ROOT}/deno.json`;
  const lock = await Deno.readTextFile(`${ROOT}/deno.lock`);
  const copy = `${cache}/deno-${await shortHash(lock)}.lock`;
  try {
    await Deno.stat(copy);
  } catch {
    await writeWhole(copy, lock);
  }
  return { path, flags: ["--config", path, `--lock=${copy}`], jsr: true };
}

/** Everything that may be imported by name, made absolute: the package itself too, as examples in its documentation do. */
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

/** The text of the configuration with stand-ins: everything relative made absolute. */
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

/** Every package under `tasks/airgap`, in the order of its name. */
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
