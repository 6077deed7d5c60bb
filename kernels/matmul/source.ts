/**
 * Putting the text of a variant together.
 *
 * @module
 */
import type { Structural } from "../kernel.ts";
import { specialize } from "../wgsl.ts";
import { activations as activationText } from "../activation/activation.wgsl.ts";
import {
  exponential as exponentialText,
  scalar as scalarText,
  vector as vectorText,
} from "../common.wgsl.ts";
import { product as productText } from "./matmul.wgsl.ts";

/** Declarations and epilogue that all variants share; C is written by single elements or by fours. */
export function productSource(structural: Structural, unit: "scalar" | "vector"): string {
  const { unscale = false, activation } = structural;
  const texts = [unit === "scalar" ? scalarText : vectorText, productText];
  if (activation !== "none") texts.push(exponentialText, activationText);
  return specialize(texts.join("\n"), { ...structural, unscale, vector: unit === "vector" }) + "\n";
}
