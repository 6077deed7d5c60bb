/**
 * Checks that all ranks have the same settings, data and weights.
 *
 * @module
 */
import { bytesOf, gatherTexts } from "./collectives.ts";
import type { ProcessGroup } from "./process_group.ts";

/** Thrown on every rank when a value that must be equal on all ranks differs. */
export class RankMismatchError extends Error {
  /** Identifies the class after serialization. */
  override readonly name = "RankMismatchError";
}

/** Maximum number of characters of a value in a message. */
const SHOWN = 60;

/**
 * Compares named values with those of rank 0. Collective.
 *
 * @param facts values by the name that a message shows, the most likely differences first
 * @throws {RankMismatchError} on every rank, with the first value that differs and the first rank where it does
 */
export async function assertSameFacts(
  group: ProcessGroup,
  facts: ReadonlyMap<string, unknown>,
): Promise<void> {
  if (group.size === 1) return;
  const own = [...facts].flatMap(([name, value]) => [...leaves(name, value)]);
  const [first, ...others] = (await gatherTexts(group, JSON.stringify(own))).map((text) =>
    new Map<string, unknown>(JSON.parse(text))
  );
  for (const name of new Set([first, ...others].flatMap((facts) => [...facts.keys()]))) {
    const expected = JSON.stringify(first.get(name));
    const rank = 1 + others.findIndex((facts) => JSON.stringify(facts.get(name)) !== expected);
    if (rank === 0) continue;
    throw new RankMismatchError(
      `Rank ${rank} differs from rank 0 in ${name}: ${
        shown(others[rank - 1].get(name))
      } instead of ${shown(first.get(name))}. Start all ranks with the same code, data and flags.`,
    );
  }
}

/** Yields the leaf values of nested objects with their dotted paths. */
function* leaves(path: string, value: unknown): Generator<[path: string, value: unknown]> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    yield [path, value ?? null];
  } else {
    for (const [name, part] of Object.entries(value)) yield* leaves(`${path}.${name}`, part);
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}…`;
}

/**
 * Compares the SHA-256 hash of an array's bytes with that of rank 0. Collective.
 *
 * @param what subject of the message, in the plural, such as "After step 100, the weights"
 * @param advice ends the message
 * @throws {RankMismatchError} on every rank, with the ranks that differ
 */
export async function assertSameBytes(
  group: ProcessGroup,
  contents: ArrayBufferView,
  what: string,
  advice = "",
): Promise<void> {
  if (group.size === 1) return;
  const digest = await crypto.subtle.digest(
    "SHA-256",
    bytesOf(contents) as Uint8Array<ArrayBuffer>,
  );
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0"));
  const [first, ...others] = await gatherTexts(group, hex.join(""));
  const different = others.flatMap((hash, i) => hash === first ? [] : [i + 1]);
  if (different.length === 0) return;
  throw new RankMismatchError(
    `${what} of rank ${different.join(", ")} differ from those of rank 0${advice}`,
  );
}
