/** The Philox generator and the dropout masks drawn from it. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { philox4x32 } from "../../kernels/mod.ts";
import { DropoutMask } from "../../kernels/philox/dropout_mask.ts";
import { seededRandom } from "./support/case_arrays.ts";

function block([c0, c1, c2, c3]: number[], [k0, k1]: number[]): number[] {
  const words = new Uint32Array(4);
  philox4x32(words, c0, c1, c2, c3, k0, k1);
  return [...words];
}

const hex = (words: number[]) => words.map((w) => w.toString(16).padStart(8, "0")).join(" ");

// Random123's tests/kat_vectors, lines "philox4x32 10".
const KNOWN_ANSWERS: [number[], number[], string][] = [
  [[0, 0, 0, 0], [0, 0], "6627e8d5 e169c58d bc57ac4c 9b00dbd8"],
  [
    [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    [0xffffffff, 0xffffffff],
    "408f276d 41c83b0e a20bc7c6 6d5451fd",
  ],
  [
    [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    [0xa4093822, 0x299f31d0],
    "d16cfe09 94fdcceb 5001e420 24126ea1",
  ],
];

for (const [counter, key, answer] of KNOWN_ANSWERS) {
  Deno.test(`philox4x32() equals Random123's known answer for counter ${hex(counter)}`, () =>
    assertEquals(hex(block(counter, key)), answer));
}

/** The same function with BigInt, written from the paper's figure. */
function philoxByBigInt(counter: number[], key: number[]): number[] {
  let [c0, c1, c2, c3] = counter.map(BigInt), [k0, k1] = key.map(BigInt);
  const mask = 0xffffffffn;
  for (let round = 0; round < 10; round++) {
    const p0 = 0xD2511F53n * c0, p1 = 0xCD9E8D57n * c2;
    [c0, c1, c2, c3] = [(p1 >> 32n) ^ c1 ^ k0, p1 & mask, (p0 >> 32n) ^ c3 ^ k1, p0 & mask];
    k0 = (k0 + 0x9E3779B9n) & mask;
    k1 = (k1 + 0xBB67AE85n) & mask;
  }
  return [c0, c1, c2, c3].map(Number);
}

Deno.test("philox4x32() equals a BigInt reference at 2,000 random counters and keys", () => {
  const random = seededRandom(3);
  for (let i = 0; i < 2000; i++) {
    const [a, b, c, d, e, f] = Array.from({ length: 6 }, () => Math.floor(random() * 2 ** 32));
    assertEquals(block([a, b, c, d], [e, f]), philoxByBigInt([a, b, c, d], [e, f]));
  }
});

Deno.test("a dropout mask keeps the expected share and depends on the example, not the row", () => {
  const uniforms = {
    seed_low: 1,
    seed_high: 2,
    stream: 3,
    step: 4,
    first_example: 10,
    rows_per_example: 4,
    threshold: Math.round(0.1 * 2 ** 32),
    keep_scale: 1 / 0.9,
  };
  const columns = 50;
  const mask = new DropoutMask(uniforms, columns);
  let kept = 0;
  for (let row = 0; row < 400; row++) {
    for (let column = 0; column < columns; column++) {
      const y = mask.apply(1, row, column);
      assert(y === 0 || y === uniforms.keep_scale);
      if (y !== 0) kept++;
    }
  }
  // Five standard deviations of 20,000 draws.
  assertAlmostEquals(kept / (400 * columns), 0.9, 5 * Math.sqrt(0.09 / 20_000));

  const later = new DropoutMask({ ...uniforms, first_example: 12 }, columns);
  for (let column = 0; column < columns; column++) {
    assertEquals(later.apply(1, 1, column), mask.apply(1, 9, column));
  }
});
