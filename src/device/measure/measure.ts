/**
 * How long a kernel takes on a device.
 *
 * @module
 */
import {
  activeBindings,
  type Kernel,
  type KernelCase,
  matmulMatmul,
} from "../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type View, whole } from "../device.ts";
import { arithmeticProbe, copyProbe } from "./ceilings.ts";

/** One kernel at one size. */
export interface Measurement {
  /** Its name. */
  readonly kernel: string;
  /** The variant that the device took. */
  readonly variant: string;
  /** Median over rounds of the mean time of a run, or the best. */
  readonly milliseconds: number;
  /** By the kernel's own count of its arithmetic. */
  readonly gigaflopsPerSecond: number;
  /** By the kernel's own count of its traffic. */
  readonly gigabytesPerSecond: number;
}

/** How long to measure. */
export interface MeasureOptions {
  /** 5 unless given; the median of an odd number is one of them. */
  readonly rounds?: number;
  /** About how long a round lasts; 40 unless given. */
  readonly milliseconds?: number;
  /** Takes the fastest round instead of the median: for ceilings, which a busy machine must not lower. */
  readonly best?: boolean;
}

/** Most runs in a round, however short. */
const MOST_RUNS = 200;
/** A run that takes longer (in milliseconds) is measured once: it has lost anyway. */
const PATIENCE = 500;

/**
 * Times a kernel by the device's own profile, after a run that compiles it. Copies of operands to textures are not counted: they are made once for
 * many runs.
 *
 * @throws {DeviceError} when the device fails.
 */
export async function measureCase(
  device: Device,
  kernel: Kernel,
  example: KernelCase,
  { rounds = 5, milliseconds = 40, best = false }: MeasureOptions = {},
): Promise<Measurement> {
  const { uniforms, structural } = example;
  const { bindings, buffers } = makeBindings(device, kernel, example);
  const time = async (runs: number) => {
    device.startProfile();
    for (let i = 0; i < runs; i++) device.run(kernel, { bindings, uniforms, structural });
    const [profile] = await device.endProfile();
    return { variant: profile.variant, milliseconds: profile.milliseconds / runs };
  };
  try {
    // Drivers compile in the first run, which may take longer than any other.
    await time(1);
    await device.settled();
    const estimate = await time(1);
    const times = [estimate.milliseconds];
    if (estimate.milliseconds < PATIENCE) {
      const wanted = Math.ceil(milliseconds / Math.max(estimate.milliseconds, 1e-3));
      const runs = Math.min(Math.max(wanted, 1), MOST_RUNS);
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

/** Buffers for every binding of a case, filled as it asks: with its own contents, else normal numbers (f32) or zeros (u32). */
export function makeBindings(
  device: Device,
  kernel: Kernel,
  { uniforms, structural, lengths, fill }: KernelCase,
): { readonly bindings: Record<string, View>; readonly buffers: readonly DeviceBuffer[] } {
  const wanted = { ...kernel.lengths(uniforms, structural), ...lengths };
  const random = generator();
  const bindings: Record<string, View> = {};
  const buffers: DeviceBuffer[] = [];
  for (const name of activeBindings(kernel, structural)) {
    const { type } = kernel.bindings[name];
    const length = wanted[name];
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

/** The matrix product C = A·B of three square matrices as a case. */
export function squareProduct(side: number): KernelCase {
  return {
    structural: {
      ...{ transpose_a: false, transpose_b: false, bias: false, accumulate: false },
      activation: "none",
    },
    uniforms: {
      ...{ m: side, n: side, k: side, lda: side, ldb: side, ldc: side, batch: 1, inner: 1 },
      ...{ a_outer: 0, a_inner: 0, b_outer: 0, b_inner: 0, c_outer: 0, c_inner: 0, alpha: 1 },
    },
  };
}

/** What a device can reach at most. */
export interface Ceilings {
  /** Multiply-adds on registers; null for a device that computes without WGSL. */
  readonly gigaflopsPerSecond: number | null;
  /** Copies of growing size: small ones stay in caches. The last is larger than any. */
  readonly copies: readonly { readonly bytes: number; readonly gigabytesPerSecond: number }[];
}

/** Elements of the copies that are measured. */
const COPIES = [2 ** 14, 2 ** 17, 2 ** 20, 2 ** 23];

/** Measures arithmetic without memory and memory without arithmetic. */
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

/** GB/s of a copy of `count` numbers, 32 MiB unless given, counting what is read and what is written. */
export async function measureCopy(device: Device, count = 2 ** 23): Promise<number> {
  const example = { structural: {}, uniforms: { count } };
  return (await measureCase(device, copyProbe, example, { best: true })).gigabytesPerSecond;
}

/** The higher of two measurements, taken at different times. */
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

/** GB/s of a copy of about as many bytes. */
export function copyCeiling({ copies }: Ceilings, bytes: number): number {
  const large = copies.find((copy) => copy.bytes >= bytes) ?? copies[copies.length - 1];
  return large.gigabytesPerSecond;
}

/** GFLOP/s of a product of two square matrices. */
export async function measureProduct(device: Device, side = 1024): Promise<Measurement> {
  return await measureCase(device, matmulMatmul, squareProduct(side), { rounds: 3 });
}

/** Numbers from 0 to 1, the same every time (mulberry32). */
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
