/**
 * A few numbers or values of every rank, put together alike everywhere.
 *
 * @module
 */
import type { World } from "./world.ts";

/** Sums of each number over all ranks, in double precision and in the order of the ranks. Collective. */
export async function totals(world: World, values: readonly number[]): Promise<number[]> {
  const own = Float64Array.from(values);
  const all = new Float64Array(world.size * own.length);
  await world.allGather(bytesOf(own), bytesOf(all));
  return values.map((_, i) => {
    let sum = 0;
    for (let rank = 0; rank < world.size; rank++) sum += all[rank * own.length + i];
    return sum;
  });
}

/** Sums of every field over all ranks. Collective. */
export async function totalsOfFields<T extends object>(
  world: World,
  records: readonly T[],
): Promise<T[]> {
  if (world.size === 1) return [...records];
  const names = Object.keys(records[0] ?? {}) as (keyof T)[];
  const values = records.flatMap((record) => names.map((name) => Number(record[name])));
  const sums = await totals(world, values);
  return records.map((_, i) =>
    Object.fromEntries(names.map((name, k) => [name, sums[i * names.length + k]])) as T
  );
}

/** Whether it is so for any rank. Collective. */
export async function anyRank(world: World, so: boolean): Promise<boolean> {
  return (await totals(world, [Number(so)]))[0] > 0;
}

/** The text of every rank, in their order. Collective. */
export async function gatherTexts(world: World, text: string): Promise<string[]> {
  const own = new TextEncoder().encode(text);
  const lengths = new Float64Array(world.size);
  await world.allGather(bytesOf(Float64Array.of(own.length)), bytesOf(lengths));
  const longest = Math.max(...lengths);
  const padded = new Uint8Array(longest);
  padded.set(own);
  const all = new Uint8Array(world.size * longest);
  await world.allGather(padded, all);
  const decoder = new TextDecoder();
  return Array.from(
    lengths,
    (length, rank) => decoder.decode(all.subarray(rank * longest, rank * longest + length)),
  );
}

/**
 * The values of every rank, in their order: what JSON can say, with arrays of floats and numbers that are not finite. Collective.
 */
export async function gatherValues<T>(world: World, value: T): Promise<T[]> {
  if (world.size === 1) return [value];
  const texts = await gatherTexts(world, JSON.stringify(value, pack));
  return texts.map((text) => JSON.parse(text, unpack));
}

/** Marks what JSON cannot say. */
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

/** The bytes of an array, without a copy. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
