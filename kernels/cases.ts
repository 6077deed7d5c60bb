/**
 * Helpers for the test cases of all families.
 *
 * @module
 */
import type { KernelCase, Structural, Uniforms } from "./kernel.ts";

/** Returns every combination of structural values that is `allowed`; all by default. */
export function combinations(
  structural: Readonly<Record<string, readonly (string | number | boolean)[]>>,
  allowed: (structural: Structural) => boolean = () => true,
): Structural[] {
  let all: Structural[] = [{}];
  for (const [name, values] of Object.entries(structural)) {
    all = all.flatMap((some) => values.map((value) => ({ ...some, [name]: value })));
  }
  return all.filter(allowed);
}

/** Returns one case for each structural combination and each set of uniforms. */
export function cross(
  structurals: readonly Structural[],
  uniforms: readonly Uniforms[],
  rest: Omit<KernelCase, "structural" | "uniforms"> = {},
): KernelCase[] {
  return structurals.flatMap((structural) =>
    uniforms.map((some) => ({ structural, uniforms: some, ...rest }))
  );
}

/** Uniforms of a dropout mask with probability 1/4 and `rows_per_example` rows per example. */
export function randomMask(rows_per_example: number): Uniforms {
  return {
    seed_low: 0x9ABCDEF0,
    seed_high: 0x12345678,
    stream: 7,
    step: 3,
    first_example: 5,
    rows_per_example,
    threshold: 2 ** 30,
    keep_scale: 4 / 3,
  };
}

/** Contents: random integers from 0 to `bound − 1`. */
export function below(bound: number): (length: number, random: () => number) => number[] {
  return (length, random) => Array.from({ length }, () => Math.floor(random() * bound));
}

/** Contents: distinct integers from 0 to `bound − 1` in random order. */
export function distinctBelow(bound: number): (length: number, random: () => number) => number[] {
  return (length, random) => {
    const numbers = Array.from({ length: bound }, (_, i) => i);
    for (let i = bound - 1; i > 0; i--) {
      const j = Math.floor(random() * (i + 1));
      [numbers[i], numbers[j]] = [numbers[j], numbers[i]];
    }
    return numbers.slice(0, length);
  };
}
