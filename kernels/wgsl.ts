/**
 * WGSL inside TypeScript modules, where every runtime and registry can load it, and the little that WGSL cannot express: blocks that
 * exist only for some structural parameters, values and generated lines.
 *
 * @module
 */
import type { Structural } from "./kernel.ts";

/**
 * Marks a template literal as WGSL, for editors that highlight by tag. Returns the text as written: backslashes are kept, `${…}` is
 * filled in.
 */
export const wgsl: (strings: TemplateStringsArray, ...values: (string | number)[]) => string =
  String.raw;

const CONDITION = /^\s*\/\/#if (!?)(\w+)(?:\s*==\s*(\S+))?\s*$/;

/**
 * Keeps or drops the blocks between `//#if NAME`, `//#else` and `//#end`. `//#if residual` keeps its block if `structural.residual` is
 * truthy, `//#if !residual` if it is not, `//#if activation == gelu` if it equals that value. Blocks nest.
 *
 * @throws {SyntaxError} If an `//#if` has no `//#end`, or names an unknown structural parameter.
 */
export function specialize(source: string, structural: Structural): string {
  const kept: string[] = [];
  const stack: { taken: boolean; outer: boolean }[] = [];
  let active = true;
  for (const line of source.split("\n")) {
    const condition = CONDITION.exec(line);
    if (condition !== null) {
      const [, not, name, value] = condition;
      if (!(name in structural)) {
        throw new SyntaxError(`Unknown structural parameter in "${line.trim()}"`);
      }
      const matches = value === undefined
        ? Boolean(structural[name])
        : String(structural[name]) === value;
      const taken = matches !== (not === "!");
      stack.push({ taken, outer: active });
      active = active && taken;
    } else if (/^\s*\/\/#else\s*$/.test(line)) {
      const top = stack.at(-1);
      if (top === undefined) throw new SyntaxError("//#else without //#if");
      active = top.outer && !top.taken;
    } else if (/^\s*\/\/#end\s*$/.test(line)) {
      const top = stack.pop();
      if (top === undefined) throw new SyntaxError("//#end without //#if");
      active = top.outer;
    } else if (active) kept.push(line);
  }
  if (stack.length > 0) throw new SyntaxError("//#if without //#end");
  return kept.join("\n");
}

/**
 * Specializes a template, then replaces every `/*name*\/` with a value and every line `//#lines name` with generated lines, indented
 * alike.
 *
 * @throws {SyntaxError} If the template names a value or lines that are not given.
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
    throw new SyntaxError(`The template uses "${name}", which is not given`);
  }
  return record[name];
}

/** The numbers from 0 to `count − 1`, for generated lines. */
export function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
