/**
 * Which variants may replace each other, and which runs share a choice.
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
 * The variants to choose from for a run, the default first: those with the same tuning parameters and the same numerics class, which
 * compute the same bits. If there is only one, there is nothing to tune.
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

/**
 * The key of runs that share a choice: the kernel, its structural parameters, and each size rounded up to a power of two. Returns
 * undefined for a kernel that is never tuned.
 */
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

/** Rounds up to a power of two; 0 stays 0. */
function sizeClass(size: number): number {
  return size <= 1 ? size : 2 ** (32 - Math.clz32(size - 1));
}
