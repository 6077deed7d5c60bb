/** The WGSL that is generated from a kernel's signature: uniforms, bindings, directives, entry points. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  activeBindings,
  type Capabilities,
  type Kernel,
  KERNELS,
  READ,
  READ_F16,
  READ_F32,
  READ_U32,
  shaderOf,
  type Structural,
  textureType,
  type Variant,
  when,
  WRITE,
  WRITE_U32,
} from "../../kernels/mod.ts";

const CAPABILITIES: Capabilities = {
  vendor: "other",
  subgroupSize: 8,
  minSubgroupSize: 8,
  subgroupDirective: false,
  shaderF16: false,
  cpuAdapter: true,
  readableStorageTextures: true,
  maxTextureSide: 8192,
  maxWorkgroupStorageBytes: 16_384,
  maxInvocationsPerWorkgroup: 256,
};

const BODY = "alias Value = f32;\nfn main() {\n}";

function kernelWith(signature: Partial<Kernel>): Kernel {
  return {
    name: "test.kernel",
    bindings: {},
    uniforms: {},
    structural: {},
    variants: [],
    lengths: () => ({}),
    items: () => 1,
    reference() {},
    work: () => ({ flops: 0, bytes: 0 }),
    cases: () => [],
    ...signature,
  };
}

function variantWith(over: Partial<Variant>): Variant {
  return {
    name: "plain",
    numerics: "plain",
    supports: () => true,
    body: () => BODY,
    workgroups: () => [1, 1, 1],
    ...over,
  };
}

function shader(
  signature: Partial<Kernel>,
  variant: Partial<Variant>,
  structural: Structural = {},
  capabilities: Partial<Capabilities> = {},
): string {
  return shaderOf(kernelWith(signature), variantWith(variant), structural, {
    ...CAPABILITIES,
    ...capabilities,
  });
}

/** `binding access name: type` of each storage binding and texture. */
function declared(code: string): string[] {
  const pattern = /^@group\(0\) @binding\((\d+)\) var(?:<storage, (\w+)>)? (\w+): (.+);$/gm;
  return [...code.matchAll(pattern)]
    .map(([, at, access = "texture", name, type]) => `${at} ${access} ${name}: ${type}`);
}

Deno.test("shaderOf() skips bindings whose condition is false, without a gap", () => {
  const bindings = {
    x: READ,
    hidden: when("residual", READ),
    gamma: READ,
    sum: { ...WRITE, when: ({ activation }: Structural) => activation !== "none" },
    y: WRITE,
  };
  const of = (structural: Structural) => declared(shader({ bindings }, {}, structural));
  assertEquals(of({ residual: true, activation: "relu" }), [
    "1 read x: array<f32>",
    "2 read hidden: array<f32>",
    "3 read gamma: array<f32>",
    "4 read_write sum: array<f32>",
    "5 read_write y: array<f32>",
  ]);
  assertEquals(of({ residual: false, activation: "relu" }), [
    "1 read x: array<f32>",
    "2 read gamma: array<f32>",
    "3 read_write sum: array<f32>",
    "4 read_write y: array<f32>",
  ]);
  assertEquals(of({ residual: false, activation: "none" }), [
    "1 read x: array<f32>",
    "2 read gamma: array<f32>",
    "3 read_write y: array<f32>",
  ]);
});

Deno.test("shaderOf() takes element types from the variant, else the signature, else the variant's unit", () => {
  const bindings = {
    a: READ_F16,
    b: READ_F16,
    x: READ,
    statistics: READ_F32,
    ids: READ_U32,
    flag: { ...WRITE_U32, element: "atomic<u32>" },
    y: WRITE,
  };
  const elements = { a: textureType("rgba16float"), b: "vec2<u32>" };
  assertEquals(declared(shader({ bindings }, { unit: "Value", elements })), [
    "1 texture a: texture_storage_2d<rgba16float, read>",
    "2 read b: array<vec2<u32>>",
    "3 read x: array<Value>",
    "4 read statistics: array<f32>",
    "5 read ids: array<u32>",
    "6 read_write flag: array<atomic<u32>>",
    "7 read_write y: array<Value>",
  ]);
});

Deno.test("shaderOf() writes the uniform block in the signature's order, and none for no uniforms", () => {
  const code = shader({ uniforms: { count: "u32", alpha: "f32", beta: "f32" } }, {});
  const block = "struct Parameters {\n  count: u32,\n  alpha: f32,\n  beta: f32,\n}\n";
  assert(code.startsWith(block), code);
  assert(code.includes("@group(0) @binding(0) var<uniform> parameters: Parameters;"));
  const empty = shader({ bindings: { y: WRITE } }, {});
  assert(!empty.includes("Parameters"), empty);
  assertEquals(declared(empty), ["1 read_write y: array<f32>"]);
});

Deno.test("shaderOf() writes out the parameters of main as builtins", () => {
  const main = (variant: Partial<Variant>) => {
    const code = shader({}, variant);
    return code.slice(code.indexOf("@compute"));
  };
  assertEquals(
    main({ body: () => "fn main(i: u32) {\n  y[i] = 0.0;\n}" }),
    `@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let i = (group.x + group.y * grid.x) * WORKGROUP + local;
  y[i] = 0.0;
}`,
  );
  assertEquals(
    main({
      workgroupSize: "ACROSS, DOWN",
      body: () => "fn main(workgroup_index: u32, place: vec3u, lane: u32) {\n}",
    }),
    `@compute @workgroup_size(ACROSS, DOWN)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) grid: vec3<u32>,
  @builtin(local_invocation_id) place: vec3<u32>,
  @builtin(subgroup_invocation_id) lane: u32,
) {
  let workgroup_index = group.x + group.y * grid.x;
}`,
  );
  assertEquals(
    main({
      workgroupSize: 64,
      arguments: { row: "row_of(group.x, local)", lane: "local" },
      body: () => "fn main(row: u32, lane: u32) {\n}",
    }),
    `@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
  let row = row_of(group.x, local);
  let lane = local;
}`,
  );
  assertEquals(
    main({ workgroupSize: 1 }),
    "@compute @workgroup_size(1)\nfn main() {\n}",
  );
  const own = "@compute @workgroup_size(8) fn main() {\n}";
  assertEquals(main({ body: () => own }), own);
});

Deno.test("shaderOf() rejects a body without main, and parameters that do not exist", () => {
  assertThrows(
    () => shader({}, { body: () => "fn other() {\n}" }),
    SyntaxError,
    'test.kernel/plain has no line "fn main(…) {"',
  );
  assertThrows(
    () => shader({}, { body: () => "fn main(column: u32) {\n}" }),
    SyntaxError,
    'main of test.kernel/plain asks for "column", expected one of workgroup_index, i, group, grid',
  );
});

Deno.test("shaderOf() starts with the directives that the body needs, and only browsers get that for subgroups", () => {
  const half = "fn main() {\n  let x = f16(1.0); let y = subgroupAdd(1.0); // f16\n}";
  const browser = { subgroupDirective: true };
  assert(shader({}, { body: () => half }).startsWith("enable f16;\n@compute"));
  assert(
    shader({}, { body: () => half }, {}, browser).startsWith(
      "enable f16;\nenable subgroups;\n@compute",
    ),
  );
  const commented = "// f16 and subgroupAdd are mentioned only\nfn main() {\n}";
  assert(!shader({}, { body: () => commented }, {}, browser).includes("enable"));
});

/** The first case of each structural combination. */
function structurals(kernel: Kernel): Structural[] {
  const all = kernel.cases().map(({ structural }) => structural);
  return [...new Map(all.map((some) => [JSON.stringify(some), some])).values()];
}

/** WGSL without comments; lines of a template, `//#…`, stay. */
function withoutComments(code: string): string {
  return code.replace(/\/\/(?!#).*/g, "");
}

for (const kernel of KERNELS) {
  Deno.test(`${kernel.name}: every body uses each binding and leaves nothing of its template`, () => {
    for (const structural of structurals(kernel)) {
      for (const variant of kernel.variants) {
        const body = withoutComments(variant.body(structural, CAPABILITIES));
        const label = `${variant.name} for ${JSON.stringify(structural)}`;
        for (const name of activeBindings(kernel, structural)) {
          assert(new RegExp(`\\b${name}\\b`).test(body), `${label} never uses ${name}`);
        }
        assert(!/@group|@compute|^enable|struct Parameters/m.test(body), label);
        const code = shaderOf(kernel, variant, structural, CAPABILITIES);
        assert(!/\/\/#|\/\*|undefined|NaN/.test(withoutComments(code)), label);
        assertEquals(code.match(/^@compute/gm)?.length, 1, label);
        assertEquals(declared(code).length, activeBindings(kernel, structural).length, label);
      }
    }
  });
}

Deno.test("in every kernel, subgroup functions come with a browser's directive, and never without one", () => {
  let asked = 0;
  for (const kernel of KERNELS) {
    for (const structural of structurals(kernel)) {
      for (const variant of kernel.variants) {
        const plain = shaderOf(kernel, variant, structural, CAPABILITIES);
        assert(!plain.includes("enable subgroups;"), `${kernel.name}/${variant.name}`);
        if (!/\bsubgroup[A-Z]/.test(plain)) continue;
        asked++;
        const directed = shaderOf(kernel, variant, structural, {
          ...CAPABILITIES,
          subgroupDirective: true,
        });
        assert(directed.startsWith("enable"), `${kernel.name}/${variant.name}`);
        assert(directed.includes("enable subgroups;"), `${kernel.name}/${variant.name}`);
      }
    }
  }
  assert(asked > 0);
});
