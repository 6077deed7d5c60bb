/**
 * Which variants may take each other's place, and which runs share a choice.
 *
 * @module
 */
import type {
  Kernel,
  Structural,
  Uniforms,
  Variant,
  VariantContext,
} from "../../../../kernels/mod.ts";
import { defaultVariant } from "../choose.ts";

/**
 * The variants to choose from for a run, the default first: those that have the same tuning parameters, and the same numerics class, so that they compute the same
 * bits. One alone means that there is no choice.
 */
export function candidates(kernel: Kernel, context: VariantContext): readonly Variant[] {
  const first = defaultVariant(kernel, context);
  if (first === undefined) return [];
  const others = kernel.variants.filter((variant) =>
    variant !== first && variant.numerics === first.numerics && sameSpace(variant, first) &&
    variant.supports(context)
  );
  return [first, ...others];
}

function sameSpace({ tuning: a = {} }: Variant, { tuning: b = {} }: Variant): boolean {
  return Object.keys(a).join() === Object.keys(b).join();
}

/** Names what runs share a choice: a kernel, its structural parameters, and each size up to the next power of two; undefined where a kernel is never tuned. */
export function choiceKey(
  kernel: Kernel,
  structural: Structural,
  uniforms: Uniforms,
): string | undefined {
  if (kernel.sizes === undefined) return undefined;
  let key = kernel.name;
  for (const parameter in kernel.structural) {
    const value = structural[parameter];
    if (value !== false) key += value === true ? ` ${parameter}` : ` ${parameter}=${value}`;
  }
  for (const size of kernel.sizes) key += ` ${size}≤${sizeClass(uniforms[size])}`;
  return key;
}

/** The next power of two; 0 for nothing. */
function sizeClass(size: number): number {
  return size <= 1 ? size : 2 ** (32 - Math.clz32(size - 1));
}
