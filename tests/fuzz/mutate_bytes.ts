/** Damages binary files. */
import { concatenate } from "../../src/json/mod.ts";
import type { RandomStream } from "../../src/tensor/random/mod.ts";
import { chance, pick } from "./fuzzer.ts";

/** The limits of integers of 1, 2, 4 and 8 bytes and their neighbors. */
const INTEGERS = [0n, 1n, 0x7fn, 0x80n, 0xffn, 0x100n, 0x7fffn, 0x8000n, 0xffffn, 0x10000n]
  .concat([0x7fffffffn, 0x80000000n, 0xffffffffn, 0x100000000n, 1n << 53n, (1n << 63n) - 1n])
  .concat([1n << 63n, (1n << 64n) - 1n]);

type Edit = (bytes: Uint8Array, random: RandomStream, samples: readonly Uint8Array[]) => Uint8Array;

const EDITS: readonly Edit[] = [
  function flipBit(bytes, random) {
    const changed = bytes.slice();
    if (bytes.length > 0) changed[random.integer(bytes.length)] ^= 1 << random.integer(8);
    return changed;
  },
  function overwrite(bytes, random) {
    const changed = bytes.slice();
    const [from, to] = range(bytes.length, random, 16);
    for (let i = from; i < to; i++) changed[i] = random.integer(256);
    return changed;
  },
  function writeInteger(bytes, random) {
    const word = new Uint8Array(8);
    new DataView(word.buffer).setBigUint64(0, pick(random, INTEGERS), true);
    const width = pick(random, [1, 2, 4, 8]);
    if (bytes.length < width) return bytes;
    const changed = bytes.slice();
    changed.set(word.subarray(0, width), random.integer(bytes.length - width + 1));
    return changed;
  },
  function truncate(bytes, random) {
    return bytes.slice(0, random.integer(bytes.length + 1));
  },
  function remove(bytes, random) {
    const [from, to] = range(bytes.length, random);
    return concatenate([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  function repeat(bytes, random) {
    const [from, to] = range(bytes.length, random, 4096);
    const part = bytes.subarray(from, to);
    const copies = Array.from({ length: 1 + random.integer(8) }, () => part);
    return concatenate([bytes.subarray(0, to), ...copies, bytes.subarray(to)]);
  },
  function insert(bytes, random) {
    const noise = Uint8Array.from({ length: 1 + random.integer(32) }, () => random.integer(256));
    const at = random.integer(bytes.length + 1);
    return concatenate([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  function splice(bytes, random, samples) {
    const other = pick(random, samples);
    const [from, to] = range(other.length, random);
    const [start, end] = range(bytes.length, random);
    return concatenate([bytes.subarray(0, start), other.subarray(from, to), bytes.subarray(end)]);
  },
];

/** A valid file with up to eight edits, rarely without any or replaced by noise. */
export function mutateBytes(random: RandomStream, samples: readonly Uint8Array[]): Uint8Array {
  if (chance(random, 2)) {
    return Uint8Array.from({ length: random.integer(300) }, () => random.integer(256));
  }
  let bytes = pick(random, samples);
  if (chance(random, 2)) return bytes.slice();
  const edits = 1 << random.integer(4);
  for (let i = 0; i < edits; i++) bytes = pick(random, EDITS)(bytes, random, samples);
  return bytes.slice();
}

/** A random range. */
function range(length: number, random: RandomStream, most = length): [from: number, to: number] {
  const from = random.integer(length + 1);
  return [from, from + random.integer(Math.min(length - from, most) + 1)];
}
