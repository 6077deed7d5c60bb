/** Runs one case of a kernel on a device, from contents that depend on the case alone. */
import type { Kernel, KernelCase } from "../../../kernels/mod.ts";
import type { Device, HostArray } from "../../../src/device/device.ts";
import { whole } from "../../../src/device/device.ts";

/** Uniform numbers from [0, 1): a 32-bit linear congruential generator, top bits first. */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What every written binding holds after the run, by name. */
export async function runCase(
  device: Device,
  kernel: Kernel,
  { structural, uniforms, fill = {}, lengths = {} }: KernelCase,
): Promise<Record<string, HostArray>> {
  const least = kernel.lengths(uniforms, structural);
  const active = Object.entries(kernel.bindings)
    .filter(([, { when }]) => when === undefined || when(structural));
  const buffers = Object.fromEntries(active.map(([name, { type }], index) => {
    const length = lengths[name] ?? least[name];
    const buffer = device.allocate(length, type, name);
    const random = generator(index + 1);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const given = fill[name]?.(length, random);
    const data = type === "u32" ? new Uint32Array(length) : new Float32Array(length);
    if (given !== undefined) data.set(Array.from(given).slice(0, length));
    else if (type === "f32") { for (let i = 0; i < length; i++) data[i] = normal(); }
    device.write(whole(buffer), data);
    return [name, buffer];
  }));
  const bindings = Object.fromEntries(active.map(([name]) => [name, whole(buffers[name])]));
  device.run(kernel, { bindings, uniforms, structural });
  const written = active.filter(([, { access }]) => access === "read_write");
  const contents = await Promise.all(
    written.map(async ([name]) => [name, await device.read(bindings[name])] as const),
  );
  for (const [name] of active) device.free(buffers[name]);
  return Object.fromEntries(contents);
}

/** Largest |a − b| / (|b| + scale), where scale is the root mean square of b; NaN and Infinity must be equal. */
export function worstError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let squares = 0;
  let count = 0;
  for (let i = 0; i < expected.length; i++) {
    if (!Number.isFinite(expected[i])) continue;
    squares += expected[i] ** 2;
    count++;
  }
  const scale = Math.sqrt(squares / Math.max(count, 1));
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    if (Object.is(actual[i], expected[i]) || actual[i] === expected[i]) continue;
    const error = Math.abs(actual[i] - expected[i]) / (Math.abs(expected[i]) + scale);
    worst = Math.max(worst, Number.isNaN(error) ? Infinity : error);
  }
  return worst;
}

/** Whether two arrays hold the same bits (NaN of one kind is one value). */
export function sameBits(a: HostArray, b: HostArray): boolean {
  return a.length === b.length && a.every((value: number, i: number) => Object.is(value, b[i]));
}
