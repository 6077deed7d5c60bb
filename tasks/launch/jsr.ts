import type { StandIn } from "./config.ts";
import { shortHash, writeWhole } from "./files.ts";

const HOUR = 3_600_000;

/**
 * Whether JSR's packages can be had: they lie in Deno's cache, or the registry answers within three
 * seconds. The verdict is kept for an hour. `ALBERT_JSR=always` or `never` decides without asking.
 */
export async function jsrWithinReach(
  imports: Record<string, string>,
  standIns: StandIn[],
  cache: string,
): Promise<boolean> {
  const forced = Deno.env.get("ALBERT_JSR");
  if (forced === "always" || forced === "never") return forced === "always";
  const specifiers = jsrSpecifiers(imports, standIns);
  const registry = Deno.env.get("JSR_URL") ?? "https://jsr.io/";
  const key = await shortHash(JSON.stringify([specifiers, registry, Deno.env.get("DENO_DIR")]));
  return await kept(
    `${cache}/jsr-${key}.json`,
    async () => await allCached(specifiers) || await answers(registry, specifiers),
  );
}

/** What our code imports from JSR: each package at the export paths its stand-in has. */
export function jsrSpecifiers(imports: Record<string, string>, standIns: StandIn[]): string[] {
  return standIns.flatMap(({ name, exports }) =>
    exports.map((path) => `${imports[name]}${path.slice(1)}`)
  );
}

/** The verdict of the last hour, or a new one. */
export async function kept(
  path: string,
  decide: () => Promise<boolean>,
  now: number = Date.now(),
): Promise<boolean> {
  try {
    const { at, reachable } = JSON.parse(await Deno.readTextFile(path));
    // A date in the future is a clock set back: do not trust it.
    if (typeof reachable === "boolean" && now - at < HOUR && at <= now) return reachable;
  } catch {
    // none yet, or not readable: decide anew
  }
  const reachable = await decide();
  await writeWhole(path, JSON.stringify({ at: now, reachable }) + "\n");
  return reachable;
}

async function allCached(specifiers: string[]): Promise<boolean> {
  const { success } = await new Deno.Command(Deno.execPath(), {
    args: ["cache", "--quiet", "--cached-only", "--no-config", "--no-lock", ...specifiers],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  return success;
}

/** Whether the registry gives the list of versions of a package. */
export async function answers(registry: string, specifiers: string[]): Promise<boolean> {
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
