/**
 * Collective operations on numbers, texts and JSON values, built on those of a process group.
 *
 * @module
 */
import type { ProcessGroup } from "./process_group.ts";

/** Sums each number over all ranks, in float64 and in rank order, so that every rank has the same result. Collective. */
export async function sumOverRanks(
  group: ProcessGroup,
  values: readonly number[],
): Promise<number[]> {
  const own = Float64Array.from(values);
  const all = new Float64Array(group.size * own.length);
  await group.allGather(bytesOf(own), bytesOf(all));
  return values.map((_, i) => {
    let sum = 0;
    for (let rank = 0; rank < group.size; rank++) sum += all[rank * own.length + i];
    return sum;
  });
}

/** Sums every numeric field of each record over all ranks. Every rank must pass the same number of records with the same fields. Collective. */
export async function sumFieldsOverRanks<T extends object>(
  group: ProcessGroup,
  records: readonly T[],
): Promise<T[]> {
  if (group.size === 1) return [...records];
  const names = Object.keys(records[0] ?? {}) as (keyof T)[];
  const values = records.flatMap((record) => names.map((name) => Number(record[name])));
  const sums = await sumOverRanks(group, values);
  return records.map((_, i) =>
    Object.fromEntries(names.map((name, k) => [name, sums[i * names.length + k]])) as T
  );
}

/** Returns whether the condition is true on any rank. Collective. */
export async function anyRank(group: ProcessGroup, condition: boolean): Promise<boolean> {
  return (await sumOverRanks(group, [Number(condition)]))[0] > 0;
}

/** Returns the texts of all ranks, in rank order. Collective. */
export async function gatherTexts(group: ProcessGroup, text: string): Promise<string[]> {
  const own = new TextEncoder().encode(text);
  const lengths = new Float64Array(group.size);
  await group.allGather(bytesOf(Float64Array.of(own.length)), bytesOf(lengths));
  const longest = Math.max(...lengths);
  const padded = new Uint8Array(longest);
  padded.set(own);
  const all = new Uint8Array(group.size * longest);
  await group.allGather(padded, all);
  const decoder = new TextDecoder();
  return Array.from(
    lengths,
    (length, rank) => decoder.decode(all.subarray(rank * longest, rank * longest + length)),
  );
}

/**
 * Returns the values of all ranks, in rank order. A value may hold whatever JSON can represent, and `Float32Array`, NaN and infinity. Collective.
 */
export async function gatherValues<T>(group: ProcessGroup, value: T): Promise<T[]> {
  if (group.size === 1) return [value];
  const texts = await gatherTexts(group, JSON.stringify(value, pack));
  return texts.map((text) => JSON.parse(text, unpack));
}

// Keys that mark values which JSON cannot represent.
const FLOATS = "Float32Array";
const NUMBER = "Number";

function pack(_key: string, value: unknown): unknown {
  if (value instanceof Float32Array) return { [FLOATS]: [...value] };
  return typeof value === "number" && !Number.isFinite(value) ? { [NUMBER]: `${value}` } : value;
}

function unpack(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (FLOATS in value) return Float32Array.from(value[FLOATS] as number[]);
  return NUMBER in value ? Number(value[NUMBER]) : value;
}

/** Calls a function on rank 0 and returns its result, which must survive JSON, on every rank. Collective. */
export async function fromRank0<T>(group: ProcessGroup, compute: () => Promise<T>): Promise<T> {
  if (group.rank > 0) return JSON.parse((await gatherTexts(group, ""))[0]);
  const result = await compute();
  if (group.size > 1) await gatherTexts(group, JSON.stringify(result));
  return result;
}

/** Calls a function on rank 0 before the other ranks, which can then read the files that it wrote. Collective. */
export async function rank0First<T>(group: ProcessGroup, work: () => Promise<T>): Promise<T> {
  if (group.rank > 0) await group.barrier();
  const result = await work();
  if (group.rank === 0) await group.barrier();
  return result;
}

/** Returns a view of an array's bytes. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
