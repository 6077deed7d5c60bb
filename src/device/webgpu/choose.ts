/**
 * Selects the variant of a kernel for a run: the first that supports it, unless a tuner or a test selects another.
 *
 * @module
 */
import {
  type Capabilities,
  type Kernel,
  pitchUnit,
  type TextureOperand,
  type Variant,
  type VariantContext,
} from "../../../kernels/mod.ts";
import { DeviceError } from "../device.ts";
import { textureLayout } from "./operand_textures.ts";

/** Selects a variant by name, or as an object if it is known to support the run. Returns undefined to leave the choice to the device. */
export type VariantOf = (kernel: Kernel, context: VariantContext) => string | Variant | undefined;

/** Maximum number of workgroups in one dimension of a dispatch. */
const MAX_WORKGROUPS = 65_535;

/** The first variant that supports a run and prefers it, else the first that supports it, else undefined. */
export function defaultVariant(kernel: Kernel, context: VariantContext): Variant | undefined {
  let fallback: Variant | undefined;
  for (const variant of kernel.variants) {
    if (!variant.supports(context)) continue;
    if (variant.prefers === undefined || variant.prefers(context)) return variant;
    fallback ??= variant;
  }
  return fallback;
}

/**
 * Selects the variant for a run.
 *
 * @throws {RangeError} if `variantOf` selects a variant that does not exist or does not support the run.
 * @throws {DeviceError} if no variant supports the run.
 */
export function chooseVariant(
  kernel: Kernel,
  context: VariantContext,
  variantOf?: VariantOf,
): Variant {
  const selected = variantOf?.(kernel, context);
  if (typeof selected === "object") return selected;
  if (selected !== undefined) {
    const variant = kernel.variants.find(({ name }) => name === selected);
    if (variant === undefined) {
      throw new RangeError(
        `Cannot run ${kernel.name}: unknown variant "${selected}", expected one of ${
          kernel.variants.map(({ name }) => name).join(", ")
        }`,
      );
    }
    if (!variant.supports(context)) {
      throw new RangeError(
        `Cannot run ${kernel.name}: variant "${selected}" does not support ${describeRun(context)}`,
      );
    }
    return variant;
  }
  const variant = defaultVariant(kernel, context);
  if (variant !== undefined) return variant;
  throw new DeviceError(
    `Cannot run ${kernel.name}: no variant supports ${describeRun(context)} on this adapter`,
  );
}

/**
 * Checks a planned dispatch and its texture operands.
 *
 * @throws {RangeError} if they exceed a limit or are misaligned.
 */
export function checkPlan(
  kernel: Kernel,
  variant: Variant,
  workgroups: readonly [number, number, number],
  textures: Readonly<Record<string, TextureOperand>> | undefined,
  { maxTextureSide }: Capabilities,
): void {
  const [x, y, z] = workgroups;
  if (x > MAX_WORKGROUPS || y > MAX_WORKGROUPS || z > MAX_WORKGROUPS) {
    throw new RangeError(
      `Cannot run ${kernel.name}/${variant.name}: ${x} × ${y} × ${z} workgroups exceed the limit of ${MAX_WORKGROUPS} per dimension`,
    );
  }
  for (const name in textures) {
    const operand = textures[name];
    const { format, offset, columns, pitch } = operand;
    const unit = pitchUnit(format);
    if (offset % 4 !== 0 || columns % 4 !== 0 || pitch % unit !== 0) {
      throw new RangeError(
        `Cannot run ${kernel.name}/${variant.name}: offset, columns and pitch of texture operand ${name} must be multiples of 4, 4 and ${unit}, got ${offset}, ${columns} and ${pitch}`,
      );
    }
    const { width } = textureLayout(operand, maxTextureSide);
    if (width > maxTextureSide) {
      throw new RangeError(
        `Cannot run ${kernel.name}/${variant.name}: texture operand ${name} is ${width} texels wide, which exceeds this adapter's limit of ${maxTextureSide}`,
      );
    }
  }
}

/**
 * Checks the number of storage buffers that a kernel binds.
 *
 * @param label names the kernel and its variant
 * @throws {DeviceError} if it exceeds the adapter's limit.
 */
export function checkStorageBuffers(label: string, buffers: number, limit: number): void {
  if (buffers <= limit) return;
  throw new DeviceError(
    `Cannot compile ${label}: it binds ${buffers} storage buffers, which exceed this adapter's limit of ${limit}`,
  );
}

function describeRun({ structural, uniforms }: VariantContext): string {
  return JSON.stringify({ ...structural, ...uniforms });
}
