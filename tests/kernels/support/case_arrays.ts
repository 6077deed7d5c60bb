/** Reproducible contents for the bindings of a kernel's case. */
import {
  activeBindings,
  type BindingArrays,
  type Kernel,
  type KernelCase,
  type NumberArray,
} from "../../../kernels/mod.ts";

/** Returns a generator of uniform numbers from 0 to 1 (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6D2B79F5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A standard normal number. */
export function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Arrays for every binding that exists, by name: contents given by the case, else normal numbers (f32) or zeros (u32). */
export function caseArrays(
  kernel: Kernel,
  { structural, uniforms, fill, lengths }: KernelCase,
  seed: number,
): Record<string, Float32Array | Uint32Array> {
  const random = seededRandom(seed);
  const rule = kernel.lengths(uniforms, structural);
  return Object.fromEntries(
    activeBindings(kernel, structural).map((name) => {
      const length = Math.max(rule[name] ?? 0, lengths?.[name] ?? 0);
      const { type } = kernel.bindings[name];
      const array = type === "f32" ? new Float32Array(length) : new Uint32Array(length);
      const contents = fill?.[name];
      if (contents !== undefined) array.set(contents(length, random));
      else if (type === "f32") { for (let i = 0; i < length; i++) array[i] = normal(random); }
      return [name, array];
    }),
  );
}

/** Copies of the arrays, changed as the kernel's reference changes them. */
export function referenceOf<T extends NumberArray | Uint32Array>(
  kernel: Kernel,
  { structural, uniforms }: KernelCase,
  arrays: Record<string, T>,
): Record<string, T> {
  const copies = Object.fromEntries(
    Object.entries(arrays).map(([name, array]) => [name, array.slice() as T]),
  );
  const items = kernel.items(uniforms, structural);
  kernel.reference(copies as BindingArrays, uniforms, structural, 0, items);
  return copies;
}

/** Names of the bindings that a kernel writes in this case. */
export function outputs(kernel: Kernel, { structural }: KernelCase): string[] {
  return activeBindings(kernel, structural)
    .filter((name) => kernel.bindings[name].access === "read_write");
}

/** Describes a case in error messages. */
export function describe(kernel: Kernel, { structural, uniforms }: KernelCase): string {
  return `${kernel.name} ${JSON.stringify({ ...structural, ...uniforms })}`;
}
