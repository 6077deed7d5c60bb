/**
 * Putting the text of a variant together.
 *
 * @module
 */
import type { Structural } from "../kernel.ts";
import { specialize } from "../template.ts";
import { activations as activationText } from "../activation/activation.wgsl.ts";
import {
  exponential as exponentialText,
  scalar as scalarText,
  vector as vectorText,
} from "../common.wgsl.ts";
import { product as productText } from "./matmul.wgsl.ts";

/** Declarations and epilogue that all variants share; C is written by single elements or by fours. */
export function productSource(structural: Structural, unit: "scalar" | "vector"): string {
  const { unscale = false, bias, activation } = structural;
  const texts = [unit === "scalar" ? scalarText : vectorText, productText];
  if (activation !== "none") texts.push(exponentialText, activationText);
  // The scale comes last: after A, B, a bias, C and the argument of an activation.
  const scale_binding = 4 + Number(bias) + Number(activation !== "none");
  return fillTemplate(
    texts.join("\n"),
    { ...structural, unscale, vector: unit === "vector" },
    { scale_binding },
  ) + "\n";
}

/**
 * Specializes a template, then puts values in the place of `/*name*\/` and generated lines, with its indentation, in the place of `//#lines name`.
 *
 * @throws {SyntaxError} when the template names something that is not given.
 */
export function fillTemplate(
  template: string,
  structural: Structural,
  values: Readonly<Record<string, string | number>>,
  lines: Readonly<Record<string, readonly string[]>> = {},
): string {
  return specialize(template, structural)
    .replace(/\/\*(\w+)\*\//g, (_, name) => String(given(values, name)))
    .replace(
      /^( *)\/\/#lines (\w+)$/gm,
      (_, indent, name) => given(lines, name).map((line: string) => indent + line).join("\n"),
    );
}

function given<T>(record: Readonly<Record<string, T>>, name: string): T {
  if (!(name in record)) {
    throw new SyntaxError(`The template asks for "${name}", which is not given`);
  }
  return record[name];
}
