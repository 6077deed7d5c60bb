/**
 * Detects whether packages of JSR are available.
 *
 * @module
 */
import type { StandIn } from "./config.ts";
import { shortHash, writeAtomically } from "./files.ts";

const HOUR = 3_600_000;

/**
 * Whether the packages of JSR are in Deno's cache, or the registry answers within three seconds. The result is cached for
 * an hour. `ALBERT_JSR=always` or `never` overrides the check.
 */
export async function isJsrAvailable(
  imports: Record<string, string>,
  standIns: StandIn[],
  cache: string,
): Promise<boolean> {
  const forced = Deno.env.get("ALBERT_JSR");
  if (forced === "always" || forced === "never") return forced === "always";
  const specifiers = jsrSpecifiers(imports, standIns);
  const registry = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  const key = await shortHash(JSON.stringify([specifiers, registry, Deno.env.get("DENO_DIR")]));
  return await cachedCheck(
    `${cache}/jsr-${key}.json`,
    async () => await allCached(specifiers) || await registryAnswers(registry, specifiers),
  );
}

/** The specifiers that our code imports from JSR: each package at the export paths of its stand-in. */
export function jsrSpecifiers(imports: Record<string, string>, standIns: StandIn[]): string[] {
  return standIns.flatMap(({ name, exports }) =>
    exports.map((path) => `${imports[name]}${path.slice(1)}`)
  );
}

/** Returns the result in the file at `path` if it is less than an hour old; otherwise runs the check and stores its result. */
export async function cachedCheck(
  path: string,
  check: () => Promise<boolean>,
  now: number = Date.now(),
): Promise<boolean> {
  try {
    const { at, reachable } = JSON.parse(await Deno.readTextFile(path));
    // A time in the future means that the clock was set back.
    if (typeof reachable === "boolean" && now - at < HOUR && at <= now) return reachable;
  } catch {
    // The file is missing or unreadable.
  }
  const reachable = await check();
  await writeAtomically(path, JSON.stringify({ at: now, reachable }) + "\n");
  return reachable;
}

/** Whether these modules can be loaded without a network. */
export async function allCached(specifiers: string[]): Promise<boolean> {
  const flags = ["--quiet", "--cached-only", "--no-config", "--no-lock"];
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["install", "--entrypoint", ...flags, ...specifiers],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** Whether the registry returns the versions of the first package. */
export async function registryAnswers(registry: string, specifiers: string[]): Promise<boolean> {
  const [, name] = /^jsr:(@[^/]+\/[^@/]+)/.exec(specifiers[0]) ?? [];
  try {
    const url = new URL(`${name}/meta.json`, registry);
    const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}
