/**
 * Which variant of a kernel a run gets: the first that supports it, unless somebody who has measured says otherwise.
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

/** Says which variant a run should have, by name or, having checked that it supports the run, as such; or leaves the choice to the device. */
export type VariantOf = (kernel: Kernel, context: VariantContext) => string | Variant | undefined;

/** The most workgroups in one dimension of a dispatch. */
const MAX_WORKGROUPS = 65_535;

/** The first variant that supports a run and prefers it, else the first that supports it; undefined where none does. */
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
 * @throws {RangeError} when the wanted variant is unknown or does not support the run.
 * @throws {DeviceError} when no variant supports it.
 */
export function chooseVariant(
  kernel: Kernel,
  context: VariantContext,
  variantOf?: VariantOf,
): Variant {
  const wanted = variantOf?.(kernel, context);
  if (typeof wanted === "object") return wanted;
  if (wanted !== undefined) {
    const variant = kernel.variants.find(({ name }) => name === wanted);
    if (variant === undefined) {
      throw new RangeError(
        `Cannot run ${kernel.name}: it has no variant ${wanted}, only ${
          kernel.variants.map(({ name }) => name).join(", ")
        }`,
      );
    }
    if (!variant.supports(context)) {
      throw new RangeError(
        `Cannot run ${kernel.name}: variant ${wanted} does not support ${describeRun(context)}`,
      );
    }
    return variant;
  }
  const variant = defaultVariant(kernel, context);
  if (variant !== undefined) return variant;
  throw new DeviceError(
    `Cannot run ${kernel.name}: none of its variants supports ${
      describeRun(context)
    } on this adapter`,
  );
}

/** @throws {RangeError} for a dispatch or an operand texture that WebGPU does not take. */
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
      `Cannot run ${kernel.name}/${variant.name}: ${x} × ${y} × ${z} workgroups, at most ${MAX_WORKGROUPS} in a dimension`,
    );
  }
  for (const name in textures) {
    const operand = textures[name];
    const { format, offset, columns, pitch } = operand;
    const unit = pitchUnit(format);
    if (offset % 4 !== 0 || columns % 4 !== 0 || pitch % unit !== 0) {
      throw new RangeError(
        `Cannot run ${kernel.name}/${variant.name}: texture operand ${name} has offset ${offset}, columns ${columns}, pitch ${pitch}; they must be multiples of 4, 4 and ${unit}`,
      );
    }
    const { width } = textureLayout(operand, maxTextureSide);
    if (width > maxTextureSide) {
      throw new RangeError(
        `Cannot run ${kernel.name}/${variant.name}: texture operand ${name} is ${width} texels wide, over this adapter's limit of ${maxTextureSide}`,
      );
    }
  }
}

function describeRun({ structural, uniforms }: VariantContext): string {
  return JSON.stringify({ ...structural, ...uniforms });
}
