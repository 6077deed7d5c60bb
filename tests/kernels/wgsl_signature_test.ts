/** The WGSL text of every variant binds what the signature says, in its order, with its types. */
import { assert, assertEquals } from "@std/assert";
import { WgslReflect } from "wgsl_reflect/wgsl_reflect.module.js";
import {
  activeBindings,
  type Capabilities,
  type Kernel,
  KERNELS,
  type Structural,
  type Variant,
} from "../../kernels/mod.ts";

const CAPABILITIES: Capabilities = {
  subgroupSize: 8,
  subgroupDirective: false,
  shaderF16: false,
  cpuAdapter: true,
  readableStorageTextures: true,
  maxTextureSide: 8192,
  maxWorkgroupStorageBytes: 16_384,
  maxInvocationsPerWorkgroup: 256,
};

/** What WGSL calls a binding whose name it keeps for itself, or that the uniform block has. */
const RENAMED: Readonly<Record<string, string>> = { parameters: "weights", partial: "partials" };

/** What WGSL may say for each element type: four at a time, atomic, or read through a texture. */
const ELEMENTS: Readonly<Record<string, readonly string[]>> = {
  f32: ["f32", "vec4", "vec4f", "rgba32float"],
  u32: ["u32", "atomic", "vec2", "vec4", "rgba16float"],
};

interface Member {
  readonly name: string;
  readonly type: { readonly name: string };
}

interface Variable {
  readonly name: string;
  readonly group: number;
  readonly binding: number;
  readonly access: string;
  readonly members?: readonly Member[];
  readonly format?: { readonly name: string };
}

interface Reflection {
  readonly uniforms: readonly Variable[];
  readonly storage: readonly Variable[];
  readonly textures: readonly Variable[];
  readonly entry: { readonly compute: readonly { readonly name: string }[] };
}

function reflect(variant: Variant, structural: Structural): Reflection {
  const source = variant.source(structural, CAPABILITIES);
  return new WgslReflect(source) as unknown as Reflection;
}

/** The first case of each structural combination. */
function structurals(kernel: Kernel): Structural[] {
  const all = kernel.cases().map(({ structural }) => structural);
  return [...new Map(all.map((some) => [JSON.stringify(some), some])).values()];
}

function checkStorage(kernel: Kernel, structural: Structural, variable: Variable, at: number) {
  const name = activeBindings(kernel, structural)[at];
  const { type, access } = kernel.bindings[name];
  assertEquals(variable.group, 0);
  assertEquals(variable.binding, at + 1);
  if (variable.format === undefined) return;
  assertEquals(variable.name, RENAMED[name] ?? name);
  assertEquals(variable.access, access, `access of ${name}`);
  assert(
    ELEMENTS[type].includes(variable.format.name),
    `${name} is ${type}, WGSL has ${variable.format.name}`,
  );
}

for (const kernel of KERNELS) {
  Deno.test(`${kernel.name}: the WGSL binds what the signature says`, () => {
    for (const structural of structurals(kernel)) {
      for (const variant of kernel.variants) {
        const { uniforms, storage, textures, entry } = reflect(variant, structural);
        assertEquals(entry.compute.map(({ name }) => name), ["main"]);
        assertEquals(uniforms.map(({ name, binding }) => [name, binding]), [["parameters", 0]]);
        assertEquals(
          Object.fromEntries(uniforms[0].members!.map(({ name, type }) => [name, type.name])),
          kernel.uniforms,
        );
        assertEquals(uniforms[0].members!.map(({ name }) => name), Object.keys(kernel.uniforms));
        const bound = [...storage, ...textures].sort((a, b) => a.binding - b.binding);
        assertEquals(
          bound.length,
          activeBindings(kernel, structural).length,
          `number of bindings of ${variant.name} for ${JSON.stringify(structural)}`,
        );
        bound.forEach((variable, at) => checkStorage(kernel, structural, variable, at));
      }
    }
  });
}

Deno.test("a browser gets the directive that subgroups need there, first of all, and Deno never", () => {
  let asked = 0;
  for (const kernel of KERNELS) {
    for (const structural of structurals(kernel)) {
      for (const variant of kernel.variants) {
        const plain = variant.source(structural, CAPABILITIES);
        const directed = variant.source(structural, { ...CAPABILITIES, subgroupDirective: true });
        assert(!plain.includes("enable subgroups;"), `${kernel.name}/${variant.name}`);
        if (!/\bsubgroup[A-Z]/.test(plain)) continue;
        asked++;
        assert(directed.trimStart().startsWith("enable"), `${kernel.name}/${variant.name}`);
        assert(directed.includes("enable subgroups;"), `${kernel.name}/${variant.name}`);
      }
    }
  }
  assert(asked > 0);
});
