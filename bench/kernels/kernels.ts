/**
 * How fast every kernel is, by variant, beside what the device can reach at most.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import { type Kernel, KERNELS, type VariantContext } from "../../kernels/mod.ts";
import {
  type Ceilings,
  copyCeiling,
  defaultVariant,
  type Device,
  higherCeilings,
  measureCase,
  measureCeilings,
  type Measurement,
  openDevice,
  WebGpuDevice,
} from "../../src/device/mod.ts";
import { KERNEL_SIZES, type NamedCase } from "./kernel_sizes.ts";

/** One kernel, size and variant. */
export interface KernelResult extends Measurement {
  readonly size: string;
  readonly structural: NamedCase["structural"];
  /** The larger of the shares of arithmetic and of memory; null where neither ceiling is known. */
  readonly shareOfCeiling: number | null;
  /** Whether the device takes this variant by itself. */
  readonly chosen: boolean;
}

/** Options of {@linkcode benchKernels}. */
export interface KernelBenchOptions {
  readonly device: "auto" | "webgpu" | "cpu";
  /** Only kernels whose name contains it. */
  readonly only?: string;
  /** Cases by the kernel's name; those of the reference step and of other libraries' benches unless given. */
  readonly cases?: Readonly<Record<string, readonly NamedCase[]>>;
  /** Measures only the variant that the device takes by itself. */
  readonly chosenOnly?: boolean;
  /** Told what is being measured. */
  readonly onKernel?: (name: string) => void;
}

/** Everything that was measured on one device. */
export interface KernelBench {
  readonly kind: "webgpu" | "cpu";
  readonly adapter: string;
  readonly ceilings: Ceilings;
  readonly results: readonly KernelResult[];
}

/** Measures every registered kernel at its sizes in all variants that support them. */
export async function benchKernels(
  { device: name, only = "", cases = KERNEL_SIZES, chosenOnly = false, onKernel }:
    KernelBenchOptions,
): Promise<KernelBench> {
  let wanted: string | undefined;
  let measured: Kernel | undefined;
  const device = await openDevice({
    device: name,
    variantOf: (kernel) => kernel === measured ? wanted : undefined,
  });
  try {
    const before = await measureCeilings(device);
    const raw: (Omit<KernelResult, "shareOfCeiling"> & { readonly bytes: number })[] = [];
    const wantedKernels = KERNELS.filter(({ name }) => name.includes(only) && name in cases);
    for (const kernel of wantedKernels) {
      measured = kernel;
      onKernel?.(kernel.name);
      for (const example of cases[kernel.name]) {
        const names = variantNames(device, kernel, example);
        for (const [i, variant] of names.slice(0, chosenOnly ? 1 : undefined).entries()) {
          wanted = variant;
          const measurement = await measureCase(device, kernel, example, { rounds: 3 });
          const { size, structural, uniforms } = example;
          const { bytes } = kernel.work(uniforms, structural);
          raw.push({ ...measurement, size, structural, chosen: i === 0, bytes });
        }
      }
      wanted = undefined;
    }
    const ceilings = higherCeilings(before, await measureCeilings(device));
    const { kind, adapter } = device.description;
    const results = raw.map(({ bytes, ...result }) => ({
      ...result,
      shareOfCeiling: share(result, bytes, ceilings),
    }));
    return { kind, adapter, ceilings, results };
  } finally {
    await device.destroy();
  }
}

/** Variants that support the case, the device's own choice first; one unnamed variant where the device has no choice. */
function variantNames(
  device: Device,
  kernel: Kernel,
  { structural, uniforms }: NamedCase,
): readonly (string | undefined)[] {
  if (!(device instanceof WebGpuDevice)) return [undefined];
  const context: VariantContext = {
    structural,
    uniforms,
    capabilities: device.access.capabilities,
  };
  const chosen = defaultVariant(kernel, context);
  // An adapter may lack what a kernel needs at all.
  if (chosen === undefined) return [];
  const supported = kernel.variants.filter((variant) => variant.supports(context));
  return [chosen, ...supported.filter((variant) => variant !== chosen)].map(({ name }) => name);
}

function share(measurement: Measurement, bytes: number, ceilings: Ceilings): number | null {
  if (ceilings.gigaflopsPerSecond === null) return null;
  return Math.max(
    measurement.gigaflopsPerSecond / ceilings.gigaflopsPerSecond,
    measurement.gigabytesPerSecond / copyCeiling(ceilings, bytes),
  );
}

/** Points of the roof's edge. */
const STEPS = 60;
/** Runs that move less show what a dispatch costs and nothing else. */
const LEAST_MEGABYTES = 0.0625;

/** The drawing; of each run the variant that the device takes by itself. */
export function rooflineSpec({ kind, adapter, ceilings, results }: KernelBench): TopLevelSpec {
  const points = results
    .filter(({ chosen, gigaflopsPerSecond, gigabytesPerSecond, milliseconds }) =>
      chosen && gigaflopsPerSecond > 0 && gigabytesPerSecond * milliseconds > LEAST_MEGABYTES
    )
    .map(({ kernel, size, variant, gigaflopsPerSecond, gigabytesPerSecond }) => ({
      family: kernel.split(".")[0],
      label: `${kernel} ${size} (${variant})`,
      intensity: gigaflopsPerSecond / gigabytesPerSecond,
      speed: gigaflopsPerSecond,
    }));
  const intensities = points.map(({ intensity }) => intensity);
  const least = Math.min(...intensities) / 2, most = Math.max(...intensities) * 2;
  const { copies, gigaflopsPerSecond } = ceilings;
  // Small copies stay in caches: the first is the steepest roof, the last that of large tensors.
  const roofs = [copies[0], copies[copies.length - 1]].flatMap(({ bytes, gigabytesPerSecond }) =>
    Array.from({ length: STEPS + 1 }, (_, i) => {
      const intensity = least * (most / least) ** (i / STEPS);
      const speed = Math.min(gigaflopsPerSecond ?? Infinity, intensity * gigabytesPerSecond);
      return { intensity, speed, roof: `${Math.round(bytes / 2 ** 20 * 100) / 100} MiB` };
    })
  );
  const x = { field: "intensity", type: "quantitative", scale: { type: "log", nice: false } };
  const y = { field: "speed", type: "quantitative", scale: { type: "log" } };
  return {
    background: "white",
    width: 720,
    height: 440,
    title: `Roofline of ${kind}: ${adapter}`,
    layer: [{
      data: { values: roofs },
      mark: { type: "line", color: "#888888" },
      encoding: {
        x: { ...x, axis: { title: "operations a byte", grid: false } },
        y: { ...y, axis: { title: "GFLOP/s" } },
        strokeDash: { field: "roof", type: "nominal", legend: { title: "copies of" } },
      },
    }, {
      data: { values: points },
      mark: { type: "point", filled: true, size: 45, opacity: 0.8 },
      encoding: {
        x,
        y,
        color: { field: "family", type: "nominal", legend: { title: "kernels" } },
        tooltip: { field: "label", type: "nominal" },
      },
    }],
  } as TopLevelSpec;
}
