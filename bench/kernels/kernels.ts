/**
 * Measures every kernel and variant, compared with the ceilings of the device.
 *
 * @module
 */
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
import { drawPlot } from "../plot.ts";
import { KERNEL_SIZES, type NamedCase } from "./kernel_sizes.ts";

/** Result of a kernel, size and variant. */
export interface KernelResult extends Measurement {
  readonly size: string;
  readonly structural: NamedCase["structural"];
  /** The larger of the shares of the arithmetic and the memory ceiling, or null if they are unknown. */
  readonly shareOfCeiling: number | null;
  /** Whether this is the default variant of the device. */
  readonly chosen: boolean;
}

/** Options of {@linkcode benchKernels}. */
export interface KernelBenchOptions {
  readonly device: "auto" | "webgpu" | "cpu";
  /** Selects the kernels whose name contains this text. */
  readonly only?: string;
  /** Cases by kernel name. Default: those of the reference step and of other libraries' benchmarks. */
  readonly cases?: Readonly<Record<string, readonly NamedCase[]>>;
  /** Whether to measure only the default variants. */
  readonly chosenOnly?: boolean;
  /** Called before each kernel. */
  readonly onKernel?: (name: string) => void;
}

/** Results of one device. */
export interface KernelBench {
  readonly kind: "webgpu" | "cpu";
  readonly adapter: string;
  readonly ceilings: Ceilings;
  readonly results: readonly KernelResult[];
}

/** Measures every registered kernel at its sizes, in all variants that support them. */
export async function benchKernels(
  { device: name, only = "", cases = KERNEL_SIZES, chosenOnly = false, onKernel }:
    KernelBenchOptions,
): Promise<KernelBench> {
  let measuredVariant: string | undefined;
  let measuredKernel: Kernel | undefined;
  const device = await openDevice({
    device: name,
    variantOf: (kernel) => kernel === measuredKernel ? measuredVariant : undefined,
  });
  try {
    const before = await measureCeilings(device);
    const raw: (Omit<KernelResult, "shareOfCeiling"> & { readonly bytes: number })[] = [];
    const selected = KERNELS.filter(({ name }) => name.includes(only) && name in cases);
    for (const kernel of selected) {
      measuredKernel = kernel;
      onKernel?.(kernel.name);
      for (const example of cases[kernel.name]) {
        const names = variantNames(device, kernel, example);
        for (const [i, variant] of names.slice(0, chosenOnly ? 1 : undefined).entries()) {
          measuredVariant = variant;
          const measurement = await measureCase(device, kernel, example, { rounds: 3 });
          const { size, structural, uniforms } = example;
          const { bytes } = kernel.work(uniforms, structural);
          raw.push({ ...measurement, size, structural, chosen: i === 0, bytes });
        }
      }
      measuredVariant = undefined;
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

/** Names of the variants that support a case, the default first. The CPU device has one unnamed variant. */
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
  if (chosen === undefined) return []; // The adapter lacks a feature that the kernel requires.
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

/** Points of a roofline. */
const STEPS = 60;
/** Runs that move less are not drawn, since their time is that of a dispatch. */
const LEAST_MEGABYTES = 0.0625;

/** A roofline plot of the default variants: operations per byte and GFLOP/s. */
export function drawRoofline({ kind, adapter, ceilings, results }: KernelBench): string {
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
  const intensities = points.length > 0 ? points.map(({ intensity }) => intensity) : [0.1, 100];
  const least = Math.min(...intensities) / 2, most = Math.max(...intensities) * 2;
  const { copies, gigaflopsPerSecond } = ceilings;
  // Small copies stay in caches, so the first roof is the steepest. The last is that of large tensors.
  const roofs = [copies[0], copies[copies.length - 1]].map(({ gigabytesPerSecond }) =>
    Array.from({ length: STEPS + 1 }, (_, i) => {
      const intensity = least * (most / least) ** (i / STEPS);
      const speed = Math.min(gigaflopsPerSecond ?? Infinity, intensity * gigabytesPerSecond);
      return [intensity, speed] as const;
    })
  );
  const sizes = [copies[0], copies[copies.length - 1]]
    .map(({ bytes }) => `${Math.round(bytes / 2 ** 20 * 100) / 100} MiB`);
  const families = [...new Set(points.map(({ family }) => family))];
  const colorOf = (family: string) => COLORS[families.indexOf(family) % COLORS.length];
  return drawPlot({
    title: `Roofline of ${kind}: ${adapter}`,
    legend: families.map((name) => ({ name, color: colorOf(name) })),
    columns: 1,
    size: { width: 720, height: 440 },
    panels: [{
      title: `copies of ${sizes[0]} (solid) and ${sizes[1]} (dashed)`,
      x: { title: "operations per byte", log: true },
      y: { title: "GFLOP/s", log: true },
      lines: roofs.map((points, i) => ({ points, color: "#888888", dashed: i === 1 })),
      points: points.map(({ family, label, intensity, speed }) => ({
        ...{ x: intensity, y: speed, color: colorOf(family), name: label },
      })),
    }],
  });
}

/** Colors of the kernel families (Tableau 10). */
const COLORS = ["#4e79a7", "#f28e2b", "#e15759", "#76b7b2", "#59a14f", "#edc948", "#b07aa1"]
  .concat("#ff9da7", "#9c755f", "#bab0ac");
