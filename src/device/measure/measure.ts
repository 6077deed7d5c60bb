/**
 * Measures how fast a device runs kernels.
 *
 * @module
 */
import {
  activeBindings,
  type Kernel,
  type KernelCase,
  matmulMatmul,
} from "../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, DeviceError, type View, whole } from "../device.ts";
import { arithmeticProbe, copyProbe } from "./ceilings.ts";

/** The time of one kernel at one size. */
export interface Measurement {
  /** Name of the kernel. */
  readonly kernel: string;
  /** The variant that the device ran. */
  readonly variant: string;
  /** Mean time of a run in the median round, or in the fastest one. */
  readonly milliseconds: number;
  /** Arithmetic throughput, from the operations that the kernel's `work` counts. */
  readonly gigaflopsPerSecond: number;
  /** Memory throughput, from the bytes that the kernel's `work` counts. */
  readonly gigabytesPerSecond: number;
}

/** How long to measure. */
export interface MeasureOptions {
  /** Number of rounds. Default: 5. */
  readonly rounds?: number;
  /** Approximate duration of a round. Default: 40. */
  readonly milliseconds?: number;
  /** Whether to report the fastest round instead of the median: for limits, which a busy machine must not lower. Default: false. */
  readonly best?: boolean;
}

/** Maximum number of runs in a round. */
const MAX_RUNS = 200;
/** A run that takes longer than this, in milliseconds, is measured only once. */
const SLOW_RUN = 500;

/**
 * Measures a kernel with the device's profiler, after a run that compiles it. Copies of operands to textures are not included, because
 * one copy usually serves many runs.
 *
 * @throws {DeviceError} if the device fails.
 */
export async function measureCase(
  device: Device,
  kernel: Kernel,
  example: KernelCase,
  { rounds = 5, milliseconds = 40, best = false }: MeasureOptions = {},
): Promise<Measurement> {
  const { uniforms, structural } = example;
  const { bindings, buffers } = makeBindings(device, kernel, example);
  const time = (runs: number) =>
    timeRuns(device, runs, () => device.run(kernel, { bindings, uniforms, structural }));
  try {
    // Drivers compile during the first run, which may take much longer than others.
    await time(1);
    await device.settled();
    const estimate = await time(1);
    const times = [estimate.milliseconds];
    if (estimate.milliseconds < SLOW_RUN) {
      const required = Math.ceil(milliseconds / Math.max(estimate.milliseconds, 1e-3));
      const runs = Math.min(Math.max(required, 1), MAX_RUNS);
      times.length = 0;
      for (let round = 0; round < rounds; round++) times.push((await time(runs)).milliseconds);
      await device.settled();
    }
    times.sort((a, b) => a - b);
    const taken = times[best ? 0 : Math.floor(times.length / 2)];
    const { flops, bytes } = kernel.work(uniforms, structural);
    return {
      kernel: kernel.name,
      variant: estimate.variant,
      milliseconds: taken,
      gigaflopsPerSecond: flops / taken / 1e6,
      gigabytesPerSecond: bytes / taken / 1e6,
    };
  } finally {
    for (const buffer of buffers) device.free(buffer);
  }
}

/**
 * Profiles `runs` runs of one kernel, each recorded by `record`. Returns the variant and the mean time of a run, in milliseconds.
 *
 * @throws {DeviceError} if the device fails.
 */
export async function timeRuns(
  device: Device,
  runs: number,
  record: () => void,
): Promise<{ readonly variant: string; readonly milliseconds: number }> {
  device.startProfile();
  for (let i = 0; i < runs; i++) record();
  const [profile] = await device.endProfile();
  if (profile === undefined) {
    await device.settled();
    throw new DeviceError("Cannot time a kernel: nothing ran");
  }
  return { variant: profile.variant, milliseconds: profile.milliseconds / runs };
}

/** Allocates a buffer for every binding of a case and fills it: with the contents that the case gives, else with normal numbers (f32) or zeros (u32). */
export function makeBindings(
  device: Device,
  kernel: Kernel,
  { uniforms, structural, lengths, fill }: KernelCase,
): { readonly bindings: Record<string, View>; readonly buffers: readonly DeviceBuffer[] } {
  const required = { ...kernel.lengths(uniforms, structural), ...lengths };
  const random = generator();
  const bindings: Record<string, View> = {};
  const buffers: DeviceBuffer[] = [];
  for (const name of activeBindings(kernel, structural)) {
    const { type } = kernel.bindings[name];
    const length = required[name];
    const buffer = device.allocate(length, type, `${kernel.name} ${name}`);
    buffers.push(buffer);
    bindings[name] = whole(buffer);
    const contents = fill?.[name]?.(length, random);
    if (type === "u32") {
      if (contents !== undefined) device.write(whole(buffer), Uint32Array.from(contents));
    } else {
      const numbers = contents ?? Float32Array.from({ length }, () => normal(random));
      device.write(whole(buffer), Float32Array.from(numbers));
    }
  }
  return { bindings, buffers };
}

/** The case C = A·B with square matrices of `side` rows. */
export function squareMatmul(side: number): KernelCase {
  return {
    structural: {
      ...{ transpose_a: false, transpose_b: false, bias: false, accumulate: false },
      ...{ activation: "none", row_sums: false },
    },
    uniforms: { m: side, n: side, k: side, lda: side, ldb: side, ldc: side, alpha: 1 },
  };
}

/** Throughput limits of a device. */
export interface Ceilings {
  /** Multiply-adds in registers; null for a device that does not run WGSL. */
  readonly gigaflopsPerSecond: number | null;
  /** Copies of increasing size. Small ones stay in caches; the last exceeds them. */
  readonly copies: readonly { readonly bytes: number; readonly gigabytesPerSecond: number }[];
}

/** Numbers of elements of the copies. */
const COPIES = [2 ** 14, 2 ** 17, 2 ** 20, 2 ** 23];

/** Measures arithmetic without memory traffic, and memory traffic without arithmetic. */
export async function measureCeilings(device: Device): Promise<Ceilings> {
  const copies = [];
  for (const count of COPIES) {
    copies.push({ bytes: 8 * count, gigabytesPerSecond: await measureCopy(device, count) });
  }
  if (device.description.kind !== "webgpu") return { gigaflopsPerSecond: null, copies };
  const uniforms = { count: 2 ** 17, rounds: 8 };
  const arithmetic = await measureCase(
    device,
    arithmeticProbe,
    { structural: {}, uniforms },
    { best: true },
  );
  return { gigaflopsPerSecond: arithmetic.gigaflopsPerSecond, copies };
}

/** Measures a copy of `count` floats (default: 32 MiB) in GB/s, counting bytes read and bytes written. */
export async function measureCopy(device: Device, count = 2 ** 23): Promise<number> {
  const example = { structural: {}, uniforms: { count } };
  return (await measureCase(device, copyProbe, example, { best: true })).gigabytesPerSecond;
}

/** The maximum of two measurements of the same device. */
export function higherCeilings(a: Ceilings, b: Ceilings): Ceilings {
  return {
    gigaflopsPerSecond: a.gigaflopsPerSecond === null || b.gigaflopsPerSecond === null
      ? null
      : Math.max(a.gigaflopsPerSecond, b.gigaflopsPerSecond),
    copies: a.copies.map(({ bytes, gigabytesPerSecond }, i) => ({
      bytes,
      gigabytesPerSecond: Math.max(gigabytesPerSecond, b.copies[i].gigabytesPerSecond),
    })),
  };
}

/** GB/s of the smallest measured copy of at least `bytes` bytes, or of the largest one. */
export function copyCeiling({ copies }: Ceilings, bytes: number): number {
  const large = copies.find((copy) => copy.bytes >= bytes) ?? copies[copies.length - 1];
  return large.gigabytesPerSecond;
}

/** Measures the multiplication of two square matrices. */
export async function measureMatmul(device: Device, side = 1024): Promise<Measurement> {
  return await measureCase(device, matmulMatmul, squareMatmul(side), { rounds: 3 });
}

/** Uniform numbers from 0 to 1 with a fixed seed (mulberry32). */
function generator(): () => number {
  let state = 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
