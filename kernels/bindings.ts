/**
 * The kinds of binding and the uniforms of a dropout mask, as signatures name them.
 *
 * @module
 */
import type { BindingSignature, Structural } from "./kernel.ts";

/** Numbers that a kernel reads. */
export const READ: BindingSignature = { type: "f32", access: "read" };

/** Numbers that a kernel writes, or changes in place. */
export const WRITE: BindingSignature = { type: "f32", access: "read_write" };

/** Indices or flags that a kernel reads. */
export const READ_U32: BindingSignature = { type: "u32", access: "read" };

/** Numbers that a kernel reads, two halves to a word. */
export const READ_HALVES: BindingSignature = { ...READ_U32, halves: true };

/** Indices or flags that a kernel writes. */
export const WRITE_U32: BindingSignature = { type: "u32", access: "read_write" };

/** The same binding, there only where a structural parameter is true. */
export function when(name: string, binding: BindingSignature): BindingSignature {
  return { ...binding, when: (structural: Structural): boolean => Boolean(structural[name]) };
}

/** Uniforms that say which elements a dropout mask keeps; see `philox/`. */
export const RANDOM = {
  seed_low: "u32",
  seed_high: "u32",
  stream: "u32",
  step: "u32",
  first_example: "u32",
  rows_per_example: "u32",
  threshold: "u32",
  keep_scale: "f32",
} as const;
