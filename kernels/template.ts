/**
 * The little that WGSL cannot say: blocks that exist only for some structural parameters.
 *
 * @module
 */
import type { Structural } from "./kernel.ts";

const CONDITION = /^\s*\/\/#if (!?)(\w+)(?:\s*==\s*(\S+))?\s*$/;

/**
 * Keeps or drops the blocks between `//#if NAME`, `//#else` and `//#end`. `//#if residual` keeps its block where
 * `structural.residual` is truthy, `//#if !residual` where it is not, `//#if activation == gelu` where it equals. Blocks nest.
 *
 * @throws {SyntaxError} for an `//#if` without its end or a name that is no structural parameter.
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
      const holds = value === undefined
        ? Boolean(structural[name])
        : String(structural[name]) === value;
      const taken = holds !== (not === "!");
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
