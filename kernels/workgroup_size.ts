/**
 * The size of a workgroup, from the WGSL of a variant.
 *
 * @module
 */

const ATTRIBUTE = /@workgroup_size\(([^)]*)\)/;
const DECLARATION = /^\s*(?:const|override)\s+(\w+)(?:\s*:\s*\w+)?\s*=\s*([^;]+);/gm;
const TOKEN = /\d+|\w+|[-+*/()]/g;

/**
 * Returns the number of invocations in a workgroup: the product of the arguments of `@workgroup_size`, which are integers, constants of
 * the module, or their sums, differences, products and quotients.
 *
 * @param code WGSL with one entry point
 * @param constants values of override constants
 * @throws {SyntaxError} if there is no entry point, or a size cannot be computed.
 */
export function workgroupInvocations(
  code: string,
  constants: Readonly<Record<string, number>> = {},
): number {
  const attribute = ATTRIBUTE.exec(code);
  if (attribute === null) throw new SyntaxError("The shader has no @workgroup_size");
  const declared = new Map([...code.matchAll(DECLARATION)].map(([, name, text]) => [name, text]));
  const valueOf = (name: string): number => {
    if (Object.hasOwn(constants, name)) return constants[name];
    const text = declared.get(name);
    if (text === undefined) throw new SyntaxError(`Unknown constant ${name} in @workgroup_size`);
    return evaluate(text, valueOf);
  };
  return attribute[1].split(",").filter((text) => text.trim() !== "")
    .reduce((product, text) => product * evaluate(text, valueOf), 1);
}

/** The value of an integer expression. */
function evaluate(text: string, valueOf: (name: string) => number): number {
  const tokens = text.match(TOKEN) ?? [];
  let next = 0;
  const atom = (): number => {
    const token = tokens[next++];
    if (token === "(") {
      const value = sum();
      next++; // The closing parenthesis.
      return value;
    }
    if (/^\d/.test(token)) {
      if (/^[ui]$/.test(tokens[next] ?? "")) next++; // The suffix of `64u`.
      return Number(token);
    }
    if (/^\w/.test(token ?? "")) return valueOf(token);
    throw new SyntaxError(`Cannot compute "${text}" in @workgroup_size`);
  };
  const chain = (operators: string, operand: () => number): number => {
    let value = operand();
    while (next < tokens.length && operators.includes(tokens[next])) {
      const operator = tokens[next++];
      const right = operand();
      if (operator === "*") value *= right;
      else if (operator === "/") value = Math.trunc(value / right);
      else value += operator === "+" ? right : -right;
    }
    return value;
  };
  const product = () => chain("*/", atom);
  const sum = () => chain("+-", product);
  return sum();
}
