/** Every kernel, variant and case: equal to the reference, and bit for bit within a numerics class. */
import { assert, assertEquals } from "@std/assert";
import {
  activeBindings,
  type Kernel,
  type KernelCase,
  KERNELS,
  type Variant,
} from "../../kernels/mod.ts";
import type { HostArray } from "../../src/device/mod.ts";
import { caseArrays, describe, outputs, referenceOf } from "./support/case_arrays.ts";
import { worstDifference } from "./support/differences.ts";
import { openVariantRunner, type VariantRunner } from "./support/run_variants.ts";

/**
 * Bound on `|a − b| / (|b| + rms)` against the reference, which computes in float64 and rounds once. Float32 rounds every step by 6e-8; 2e-6
 * allows sums of a thousand terms in another order.
 */
const TOLERANCE = 2e-6;

/** A kernel with more faults than this gets one kind of fault in each place instead of all three. */
const MOST_FAULTS = 60;

function check(
  kernel: Kernel,
  variant: Variant,
  some: KernelCase,
  actual: Record<string, HostArray>,
  expected: Record<string, HostArray>,
): void {
  for (const name of outputs(kernel, some)) {
    const bound = kernel.bindings[name].type === "u32" ? 0 : some.tolerance ?? TOLERANCE;
    const { error, index } = worstDifference(actual[name], expected[name]);
    assert(
      error <= bound,
      `${describe(kernel, some)}, variant ${variant.name}: ${name}[${index}] is ${
        actual[name][index]
      }, expected ${expected[name][index]}: error ${error}, bound ${bound}`,
    );
  }
}

async function checkCase(
  runner: VariantRunner,
  kernel: Kernel,
  some: KernelCase,
  arrays: Record<string, HostArray>,
  run: Set<string>,
): Promise<void> {
  const expected = referenceOf(kernel, some, arrays);
  const classes = new Map<string, { variant: Variant; actual: Record<string, HostArray> }>();
  const variants = runner.supported(kernel, some);
  assert(variants.length > 0, `no variant supports ${describe(kernel, some)}`);
  // All at once: reads requested in the same tick share one wait for the device.
  const results = await Promise.all(
    variants.map((variant) => runner.run(kernel, variant, some, arrays)),
  );
  for (const [index, variant] of variants.entries()) {
    const actual = results[index];
    run.add(variant.name);
    check(kernel, variant, some, actual, expected);
    const other = classes.get(variant.numerics);
    if (other === undefined) classes.set(variant.numerics, { variant, actual });
    else {
      const names = `${other.variant.name} and ${variant.name}`;
      assertEquals(bits(actual), bits(other.actual), `${names}: ${describe(kernel, some)}`);
    }
  }
}

/** The outputs as bytes, so that NaN equals NaN and 0 differs from −0. */
function bits(arrays: Record<string, HostArray>): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      new Uint8Array(buffer, byteOffset, byteLength),
    ]),
  );
}

const runner = await openVariantRunner();

Deno.test("every kernel is registered once, with a name of the form family.function", () => {
  const names = KERNELS.map(({ name }) => name);
  assertEquals(new Set(names).size, names.length);
  for (const name of names) assert(/^[a-z_]+\.[a-z_]+$/.test(name), name);
});

Deno.test("no kernel binds more storage buffers than every adapter supports", () => {
  for (const kernel of KERNELS) {
    for (const some of kernel.cases()) {
      const bindings = activeBindings(kernel, some.structural);
      assert(bindings.length <= 8, `${describe(kernel, some)} binds ${bindings.join(", ")}`);
    }
  }
});

for (const kernel of KERNELS) {
  Deno.test({
    name: `${kernel.name}: every variant equals the reference`,
    ignore: runner === null,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const run = new Set<string>();
      for (const [index, some] of kernel.cases().entries()) {
        await checkCase(runner!, kernel, some, caseArrays(kernel, some, index + 1), run);
      }
      const usable = kernel.variants.filter(({ name }) => run.has(name));
      assert(usable.length > 0, `no case runs a variant of ${kernel.name}`);
    },
  });

  Deno.test({
    name: `${kernel.name}: NaN and infinities propagate as in the reference`,
    ignore: runner === null,
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      await Promise.all(
        faultCases(kernel).map(({ some, binding, value }, index) => {
          const arrays = caseArrays(kernel, some, 1000 + index);
          arrays[binding][Math.floor(arrays[binding].length / 2)] = value;
          return checkCase(runner!, kernel, some, arrays, new Set());
        }),
      );
    },
  });
}

interface FaultCase {
  readonly some: KernelCase;
  readonly binding: string;
  readonly value: number;
}

const FAULTS = [NaN, Infinity, -Infinity];

/** NaN and infinities in every f32 binding, for small cases of each structural combination, narrow and wide. */
function faultCases(kernel: Kernel): FaultCase[] {
  const small = new Map<string, KernelCase>();
  for (const some of kernel.cases()) {
    const elements = Object.values(caseLengths(kernel, some));
    if (Math.max(...elements) > 20_000 || Math.min(...elements) < 1) continue;
    const wide = Object.values(some.uniforms).every((value) => value % 4 === 0 || value < 4);
    small.set(`${wide} ${JSON.stringify(some.structural)}`, some);
  }
  const places = [...small.values()].flatMap((some) =>
    Object.keys(caseLengths(kernel, some))
      .filter((binding) => kernel.bindings[binding].type === "f32")
      .map((binding) => ({ some, binding }))
  );
  const turns = Math.max(1, Math.ceil(MOST_FAULTS / FAULTS.length / places.length));
  return places.flatMap((place, index) =>
    FAULTS.filter((_, turn) => turns >= FAULTS.length || (turn + index) % FAULTS.length < turns)
      .map((value) => ({ ...place, value }))
  );
}

function caseLengths(kernel: Kernel, some: KernelCase): Record<string, number> {
  const rule = kernel.lengths(some.uniforms, some.structural);
  return Object.fromEntries(
    Object.keys(kernel.bindings)
      .filter((name) => kernel.bindings[name].when?.(some.structural) ?? true)
      .map((name) => [name, Math.max(rule[name] ?? 0, some.lengths?.[name] ?? 0)]),
  );
}

Deno.test({
  name: "the device of this file is closed",
  ignore: runner === null,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: () => runner!.device.destroy(),
});
