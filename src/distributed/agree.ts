/**
 * Whether all ranks are about to do the same.
 *
 * @module
 */
import { bytesOf, gatherTexts } from "./totals.ts";
import type { World } from "./world.ts";

/** Ranks that should be alike are not. Every rank is told. */
export class RanksDifferError extends Error {
  /** Told apart from other errors by this. */
  override readonly name = "RanksDifferError";
}

/** Longest value that a message repeats. */
const SHOWN = 60;

/**
 * Compares facts with those of rank 0. Collective.
 *
 * @param facts by what they are called in a message, the likeliest causes first
 * @throws {RanksDifferError} on every rank, naming the first fact that differs and the first rank that has another.
 */
export async function agree(world: World, facts: ReadonlyMap<string, unknown>): Promise<void> {
  if (world.size === 1) return;
  const own = [...facts].flatMap(([name, value]) => [...leaves(name, value)]);
  const [lead, ...others] = (await gatherTexts(world, JSON.stringify(own))).map((text) =>
    new Map<string, unknown>(JSON.parse(text))
  );
  for (const name of new Set([lead, ...others].flatMap((facts) => [...facts.keys()]))) {
    const wanted = JSON.stringify(lead.get(name));
    const rank = 1 + others.findIndex((facts) => JSON.stringify(facts.get(name)) !== wanted);
    if (rank === 0) continue;
    throw new RanksDifferError(
      `Rank ${rank} differs from rank 0 in its ${name}: ${
        shown(others[rank - 1].get(name))
      } instead of ${shown(lead.get(name))}; give every rank the same`,
    );
  }
}

/** The parts of an object, and of the objects in it, each with its path. */
function* leaves(path: string, value: unknown): Generator<[path: string, value: unknown]> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    yield [path, value ?? null];
  } else {
    for (const [name, part] of Object.entries(value)) yield* leaves(`${path}.${name}`, part);
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "none";
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

/**
 * Compares a buffer's contents with those of rank 0. Collective.
 *
 * @param what they are, in a message
 * @param advice ends the message
 * @throws {RanksDifferError} on every rank, naming the ranks that differ.
 */
export async function agreeOnBytes(
  world: World,
  contents: ArrayBufferView,
  what: string,
  advice = "",
): Promise<void> {
  if (world.size === 1) return;
  const digest = await crypto.subtle.digest(
    "SHA-256",
    bytesOf(contents) as Uint8Array<ArrayBuffer>,
  );
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
  const [lead, ...others] = await gatherTexts(world, hex.join(""));
  const different = others.flatMap((hash, i) => hash === lead ? [] : [i + 1]);
  if (different.length === 0) return;
  throw new RanksDifferError(
    `${what} of rank ${different.join(", ")} is not that of rank 0${advice}`,
  );
}
