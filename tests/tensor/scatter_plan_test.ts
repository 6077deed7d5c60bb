import { assertEquals, assertThrows } from "@std/assert";
import { type ScatterPlan, scatterPlan } from "../../src/tensor/mod.ts";

/** Executes a plan in host memory. */
function scatter({ partial, final }: ScatterPlan, x: number[], tableRows: number): number[] {
  const level = (input: number[], plan: ScatterPlan["partial"], size: number): number[] => {
    const out: number[] = new Array(size).fill(0);
    for (let s = 0; s < plan.segments; s++) {
      for (let j = plan.offsets[s]; j < plan.offsets[s + 1]; j++) {
        out[plan.rows[s]] += input[plan.items[j]];
      }
    }
    return out;
  };
  return level(level(x, partial, partial.rows.length), final, tableRows);
}

Deno.test("scatterPlan() adds every row to its destination, including rows with hundreds of occurrences", () => {
  const indices = Uint32Array.from({ length: 1000 }, (_, i) => i % 7 === 0 ? 3 : (i * 31) % 50);
  const x = Array.from(indices, (_, i) => i + 1);
  const expected = new Array(50).fill(0);
  indices.forEach((row, i) => expected[row] += x[i]);
  assertEquals(scatter(scatterPlan(indices, 50), x, 50), expected);
});

Deno.test("scatterPlan() excludes the skipped row at any position", () => {
  const indices = Uint32Array.of(2, 0, 2, 1, 0, 1, 2);
  const x = [1, 2, 4, 8, 16, 32, 64];
  for (const skipped of [0, 1, 2]) {
    const expected = [18, 40, 69];
    expected[skipped] = 0;
    assertEquals(scatter(scatterPlan(indices, 3, skipped), x, 3), expected);
  }
});

Deno.test("scatterPlan() uses the same memory for all batches of a size", () => {
  const lengths = (indices: Uint32Array) => {
    const { partial, final } = scatterPlan(indices, 40);
    return [partial, final].flatMap(({ offsets, items, rows }) => [
      offsets.length,
      items.length,
      rows.length,
    ]);
  };
  assertEquals(
    lengths(new Uint32Array(100)),
    lengths(Uint32Array.from({ length: 100 }, (_, i) => i % 40)),
  );
});

Deno.test("scatterPlan() rejects an index outside the table", () => {
  assertThrows(() => scatterPlan(Uint32Array.of(1, 5), 5), RangeError, "row 5");
});
