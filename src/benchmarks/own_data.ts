/**
 * Finds and reads the user's own files. Requires Deno.
 *
 * @module
 */
import { lacks } from "../files/mod.ts";
import { formatCount } from "../json/mod.ts";
import { RandomStream } from "../tensor/random/mod.ts";
import { RecordError } from "./records.ts";

/** A split of the user's own data. */
export type OwnSplit = "train" | "dev" | "test";

/** Names of the file of each split without their endings, in the order of precedence. */
const SPLITS: Readonly<Record<OwnSplit, readonly string[]>> = {
  train: ["train", "training"],
  dev: ["dev", "valid", "validation", "val"],
  test: ["test"],
};

/**
 * Finds the file of a split in a folder.
 *
 * @param endings endings of files, in the order of precedence
 * @returns the path, or null if there is none
 * @throws {RecordError} if there are several
 */
export async function findOwnFile(
  data: string,
  split: OwnSplit,
  endings: readonly string[],
): Promise<string | null> {
  const found: string[] = [];
  for (const name of SPLITS[split]) {
    for (const ending of endings) {
      const path = `${data}/${name}${ending}`;
      if (await isFile(path)) found.push(path);
    }
  }
  if (found.length <= 1) return found[0] ?? null;
  throw new RecordError(
    `${data} has several files for the split ${split}: ${
      found.join(", ")
    }; remove or rename all but one`,
  );
}

/**
 * Finds the file of a split that must exist.
 *
 * @throws {RecordError} if there is none, with the names that are expected, or if there are several
 */
export async function requiredFile(
  data: string,
  split: OwnSplit,
  endings: readonly string[],
): Promise<string> {
  const path = await findOwnFile(data, split, endings);
  if (path !== null) return path;
  const names = SPLITS[split].map((name) => `${name}${endings[0]}`).join(" or ");
  const others = endings.slice(1).join(", ");
  throw new RecordError(lacks(data, `${names}${others && ` (also with ${others})`}`));
}

/**
 * Decodes the bytes of a file.
 *
 * @param kind class of the error
 * @throws {Error} of this class if they are not valid UTF-8
 */
export function decodeUtf8(
  bytes: Uint8Array,
  path: string,
  kind: new (message: string) => Error,
): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new kind(`${path} is not valid UTF-8`);
  }
}

/** Returns whether a path is a file. */
export function isFile(path: string): Promise<boolean> {
  return Deno.stat(path).then((found) => found.isFile, () => false);
}

/** The random stream of the split. */
const STREAM = 0x73706c74;

/**
 * Holds out a random part of the rows for validation. The part is the same in every run and for every seed.
 *
 * @param fraction share of the rows to hold out, between 0 and 1; at least one row
 * @returns both parts in the order of the rows
 * @throws {RangeError} if the fraction is not between 0 and 1, or fewer than two rows are given
 */
export function holdOut<T>(
  rows: readonly T[],
  fraction: number,
): { readonly train: T[]; readonly dev: T[] } {
  if (!(fraction > 0 && fraction < 1)) {
    throw new RangeError(`devFraction must be between 0 and 1, got ${fraction}`);
  }
  if (rows.length < 2) {
    throw new RangeError(
      `Cannot hold out a part of ${formatCount(rows.length, "row")}: ` +
        "at least 2 are needed, or a dev file",
    );
  }
  const count = Math.min(Math.max(Math.round(fraction * rows.length), 1), rows.length - 1);
  const order = Uint32Array.from(rows.keys());
  new RandomStream(0, STREAM, 0).shuffle(order);
  const chosen = new Set(order.subarray(0, count));
  return {
    train: rows.filter((_, i) => !chosen.has(i)),
    dev: rows.filter((_, i) => chosen.has(i)),
  };
}
