/**
 * How fast every kernel is, by variant, beside what the device can reach at most.
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
import { KERNEL_SIZES, type NamedCase } from "../kernel_sizes.ts";

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
