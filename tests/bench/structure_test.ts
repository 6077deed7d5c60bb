// The structure figures, on trees small enough to count by hand.
import { assertEquals } from "@std/assert";
import {
  boilerplateOf,
  floorOf,
  importsOf,
  repeatedBlocks,
  smallWithOneImporter,
  upwardImports,
  valueCycles,
} from "../../bench/structure.ts";

const TREE = new Map([
  [
    "src/a/mod.ts",
    `import { b } from "../b/mod.ts";
import { type B, type C } from "../b/types.ts";
import type { D } from "../b/types.ts";
// import { no } from "./comment.ts";
export * from "./small.ts";
const lazy = await import("../b/lazy.ts");
const worker = new URL("./worker.ts", import.meta.url);
`,
  ],
  ["src/a/small.ts", `export {\n  one,\n  two,\n} from "../b/mod.ts";\n`],
  ["src/a/worker.ts", "self.onmessage = null;\n"],
  ["src/b/mod.ts", `import "../a/small.ts";\n`],
  ["src/b/lazy.ts", ""],
]);

Deno.test("importsOf() sorts imports into value, type, lazy and URL, and skips comments", () => {
  const found = importsOf(TREE).filter(({ file }) => file === "src/a/mod.ts");
  assertEquals(found.map(({ target, kind }) => `${kind} ${target}`), [
    "value src/b/mod.ts",
    "type src/b/types.ts",
    "type src/b/types.ts",
    "value src/a/small.ts",
    "lazy src/b/lazy.ts",
    "url src/a/worker.ts",
  ]);
});

Deno.test("valueCycles() finds cycles of value imports and leaves out type imports", () => {
  assertEquals(valueCycles(importsOf(TREE)), [["src/a/small.ts", "src/b/mod.ts"]]);
  const types = new Map([["a.ts", `import type { B } from "./b.ts";`], [
    "b.ts",
    `import { a } from "./a.ts";`,
  ]]);
  assertEquals(valueCycles(importsOf(types)), []);
});

Deno.test("upwardImports() compares the longest floor that contains each path", () => {
  const floors = ["src/b", "src", "src/a"];
  assertEquals(floorOf(floors, "src/a/mod.ts"), 2);
  assertEquals(floorOf(floors, "src/other.ts"), 1);
  assertEquals(floorOf(floors, "mod.ts"), -1);
  assertEquals(upwardImports(importsOf(TREE), floors).map(({ file }) => file), ["src/b/mod.ts"]);
});

Deno.test("smallWithOneImporter() counts static imports and URLs, not lazy ones", () => {
  assertEquals(smallWithOneImporter(TREE, importsOf(TREE)).map(({ target }) => target), [
    "src/a/worker.ts",
  ]);
  assertEquals(smallWithOneImporter(TREE, importsOf(TREE), 1), []);
});

Deno.test("boilerplateOf() counts uniform structs, bindings and entry points, also in TypeScript", () => {
  const shader = `struct Sizes {
  rows: u32,
}
struct Pair { a: f32, b: f32 }
@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> x: array<f32>;
override WORKGROUP: u32;
@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(global_invocation_id) id: vec3<u32>,
) {
  let i = id.x;
}
`;
  const counts = { bindings: 2, uniforms: 3, entryPoints: 4 };
  assertEquals(boilerplateOf(shader), counts);
  assertEquals(boilerplateOf("export const shader = wgsl`" + shader + "`;\n"), counts);
  assertEquals(boilerplateOf(`  "@group(0) @binding(0) var<uniform> u: U;",\n`).bindings, 1);
});

Deno.test("repeatedBlocks() finds runs of six lines, whatever their indent and comments", () => {
  const lines = Array.from({ length: 7 }, (_, i) => `call(${i});`);
  const tree = new Map([
    ["src/a.ts", ['import x from "./x.ts";', ...lines, "end();"].join("\n")],
    ["src/b.ts", ["begin();", ...lines.map((line) => `  // why\n  ${line}\n}`)].join("\n")],
    ["src/c.ts", lines.slice(0, 5).join("\n")],
  ]);
  assertEquals(repeatedBlocks(tree), [
    { file: "src/a.ts", line: 2, length: 7 },
    { file: "src/b.ts", line: 3, length: 7 },
  ]);
});
