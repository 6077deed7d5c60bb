/**
 * Builds the whole WGSL of a variant: uniforms, bindings and the entry point's builtins are generated from the kernel's signature, the
 * rest is the variant's body.
 *
 * @module
 */
import {
  activeBindings,
  type Capabilities,
  type Kernel,
  type Structural,
  type TexelFormat,
  type Variant,
} from "./kernel.ts";

/** Directives, with the code that needs each. */
const DIRECTIVES = { f16: /\bf16\b/, subgroups: /\bsubgroup[A-Z_]/ };

/** What `fn main` may always ask for: WGSL builtins by short names. */
const BUILTINS: Readonly<Record<string, readonly [builtin: string, type: string]>> = {
  group: ["workgroup_id", "vec3<u32>"],
  grid: ["num_workgroups", "vec3<u32>"],
  place: ["local_invocation_id", "vec3<u32>"],
  local: ["local_invocation_index", "u32"],
  lane: ["subgroup_invocation_id", "u32"],
  subgroup_size: ["subgroup_size", "u32"],
};

/** Index of the workgroup in the grid that {@linkcode grid} lays out. */
const WORKGROUP_INDEX = "group.x + group.y * grid.x";

const ENTRY_POINT = /^[ \t]*fn main\((.*)\) \{$/m;

/**
 * Returns the WGSL with which `variant` computes `kernel` for these structural parameters: `enable` directives, the uniform block
 * `parameters` at binding 0, storage bindings from 1 on without gaps, and the body with its entry point written out.
 *
 * The body's line `fn main(…) {` names the parameters that it needs:
 * - `i`: index of the invocation in the {@linkcode grid};
 * - `workgroup_index`: index of the workgroup in the grid;
 * - `local`, `place`: index and position of the invocation in its workgroup;
 * - `lane`, `subgroup_size`: index of the invocation in its subgroup, and the subgroup's size;
 * - those in the variant's {@linkcode Variant.arguments}, such as `row`.
 *
 * A body with its own entry point, marked `@compute`, is not changed.
 *
 * @throws {SyntaxError} If `fn main` is missing, or asks for a parameter that does not exist.
 */
export function shaderOf(
  kernel: Kernel,
  variant: Variant,
  structural: Structural,
  capabilities: Capabilities,
): string {
  const body = variant.body(structural, capabilities);
  return [
    ...directives(body, capabilities),
    ...uniformBlock(kernel),
    ...bindings(kernel, variant, structural),
    withEntryPoint(body, kernel, variant),
  ].join("\n").replace(/\n{3,}/g, "\n\n");
}

/** The type of a binding that is read as a texture. */
export function textureType(format: TexelFormat): string {
  return `texture_storage_2d<${format}, read>`;
}

function directives(body: string, { subgroupDirective }: Capabilities): string[] {
  const code = body.replace(/\/\/.*/g, "");
  const lines: string[] = [];
  if (DIRECTIVES.f16.test(code)) lines.push("enable f16;");
  if (subgroupDirective && DIRECTIVES.subgroups.test(code)) lines.push("enable subgroups;");
  return lines;
}

function uniformBlock({ uniforms }: Kernel): string[] {
  const fields = Object.entries(uniforms);
  // WGSL has no empty structs.
  if (fields.length === 0) return [];
  return [
    "struct Parameters {",
    ...fields.map(([name, type]) => `  ${name}: ${type},`),
    "}",
    "",
    "@group(0) @binding(0) var<uniform> parameters: Parameters;",
  ];
}

function bindings(kernel: Kernel, variant: Variant, structural: Structural): string[] {
  return activeBindings(kernel, structural).map((name, index) => {
    const { type, access, element } = kernel.bindings[name];
    const own = variant.elements?.[name];
    const head = `@group(0) @binding(${index + 1}) var`;
    if (own?.startsWith("texture_")) return `${head} ${name}: ${own};`;
    const unit = type === "f32" ? variant.unit ?? "f32" : type;
    return `${head}<storage, ${access}> ${name}: array<${own ?? element ?? unit}>;`;
  });
}

/** Writes out the builtins that `fn main(i: u32) {` asks for by the names of its parameters. */
function withEntryPoint(body: string, { name }: Kernel, variant: Variant): string {
  if (body.includes("@compute")) return body;
  const found = ENTRY_POINT.exec(body);
  if (found === null) throw new SyntaxError(`${name}/${variant.name} has no line "fn main(…) {"`);
  const size = variant.workgroupSize ?? "WORKGROUP";
  const expressions: Readonly<Record<string, string>> = {
    workgroup_index: WORKGROUP_INDEX,
    i: `(${WORKGROUP_INDEX}) * ${size} + local`,
    ...variant.arguments,
  };
  const used = new Set<string>();
  const lets: string[] = [];
  for (const [, parameter] of found[1].matchAll(/(\w+):/g)) {
    const expression = expressions[parameter] ?? parameter;
    const builtins = words(expression).filter((word) => word in BUILTINS);
    if (builtins.length === 0) {
      const names = [...Object.keys(expressions), ...Object.keys(BUILTINS)].join(", ");
      throw new SyntaxError(
        `main of ${name}/${variant.name} asks for "${parameter}", expected one of ${names}`,
      );
    }
    for (const builtin of builtins) used.add(builtin);
    if (expression !== parameter) lets.push(`  let ${parameter} = ${expression};`);
  }
  const inputs = Object.entries(BUILTINS).filter(([builtin]) => used.has(builtin))
    .map(([builtin, [attribute, type]]) => `  @builtin(${attribute}) ${builtin}: ${type},`);
  const head = inputs.length === 0 ? ["fn main() {"] : ["fn main(", ...inputs, ") {"];
  const written = [`@compute @workgroup_size(${size})`, ...head, ...lets].join("\n");
  return body.replace(ENTRY_POINT, () => written);
}

/** Identifiers in a WGSL expression, without members. */
function words(expression: string): string[] {
  return [...expression.matchAll(/(?<!\.)\b[a-z]\w*/g)].map(([word]) => word);
}
