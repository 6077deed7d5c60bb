/**
 * Measures the structure of a checkout: files, lines, imports against the house plan, WGSL boilerplate, repeated blocks.
 *
 * Run `deno run --allow-read bench/structure.ts [FOLDER] [--json]`. It reads files only, so that it also runs on old trees.
 *
 * @module
 */
import { ifExists } from "../src/files/mod.ts";
import { median, tableLine } from "./table.ts";

/** Folders whose `.ts` and `.wgsl` files are the product. */
const PRODUCT = ["src", "kernels", "tasks", "bench"];

/** Folders that may import from the product. */
const OTHER = ["tests", "examples"];

/** A checkout in memory: the text of each `.ts` and `.wgsl` file by its path from the root. */
export type Tree = ReadonlyMap<string, string>;

/** One import statement, dynamic import, `new URL` or `workerUrl` of a module. */
export interface Import {
  /** Path of the importing file. */
  readonly file: string;
  /** Path from the root for a relative specifier, otherwise the specifier. */
  readonly target: string;
  /**
   * `value` and `type` are static imports and re-exports, `lazy` is `import()` with a literal argument, and `url` is
   * `new URL` or `workerUrl` with a literal argument (a worker or a text file).
   */
  readonly kind: "value" | "type" | "lazy" | "url";
}

/** WGSL lines that repeat what a kernel's signature states. */
export interface Boilerplate {
  bindings: number;
  uniforms: number;
  entryPoints: number;
}

/** A run of lines that also occurs somewhere else. */
export interface RepeatedBlock {
  readonly file: string;
  /** Line on which the block starts, from 1. */
  readonly line: number;
  /** Normalized lines in the block. */
  readonly length: number;
}

/** Reads all `.ts` and `.wgsl` files under `folders` of `root`, and `mod.ts`. Missing folders are skipped. */
export async function readTree(
  root: string,
  folders: readonly string[] = [...PRODUCT, ...OTHER],
): Promise<Tree> {
  const tree = new Map<string, string>();
  async function walk(folder: string): Promise<void> {
    for await (const { name, isDirectory } of Deno.readDir(`${root}/${folder}`)) {
      const path = `${folder}/${name}`;
      if (isDirectory) await walk(path);
      else if (/\.(tsx?|wgsl)$/.test(name)) {
        tree.set(path, await Deno.readTextFile(`${root}/${path}`));
      }
    }
  }
  for (const folder of folders) await ifExists(walk(folder));
  const entry = await ifExists(Deno.readTextFile(`${root}/mod.ts`));
  if (entry !== null) tree.set("mod.ts", entry);
  return new Map([...tree].sort(([a], [b]) => a < b ? -1 : 1));
}

/** Whether a path belongs to the product. */
function isProduct(path: string): boolean {
  return PRODUCT.includes(path.split("/")[0]);
}

/** Number of lines in a text. */
export function lineCount(text: string): number {
  return text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
}

const STATIC = /^(?:import|export)\s+(type\s+)?([^"';]*?)\s*\bfrom\s*"([^"]+)"/gm;
const BARE = /^import\s*"([^"]+)"/gm;
const LAZY = /\bimport\(\s*"([^"]+)"/g;
const ADDRESS = /\b(?:new URL|workerUrl)\(\s*"([^"]+)",\s*import\.meta\.url/g;

/** All imports of a tree. A static import whose names all carry `type` is a type import. */
export function importsOf(tree: Tree): Import[] {
  const found: Import[] = [];
  for (const [file, text] of tree) {
    if (!file.endsWith(".ts")) continue;
    const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    const add = (specifier: string, kind: Import["kind"]) => {
      const relative = specifier.startsWith(".") || kind === "url";
      const target = relative
        ? decodeURI(new URL(specifier, `file:///${file}`).pathname.slice(1))
        : specifier;
      found.push({ file, target, kind });
    };
    for (const [, type, clause, specifier] of code.matchAll(STATIC)) {
      add(specifier, type !== undefined || onlyTypes(clause) ? "type" : "value");
    }
    for (const [, specifier] of code.matchAll(BARE)) add(specifier, "value");
    for (const [, specifier] of code.matchAll(LAZY)) add(specifier, "lazy");
    for (const [, specifier] of code.matchAll(ADDRESS)) add(specifier, "url");
  }
  return found;
}

/** Whether an import clause such as `{ type A, type B }` names types only. */
function onlyTypes(clause: string): boolean {
  const names = /^\{([^}]*)\}$/.exec(clause.trim())?.[1].split(",").map((name) => name.trim());
  return names?.filter((name) => name !== "").every((name) => name.startsWith("type ")) ?? false;
}

/** Groups of files that import each other's values statically, each a strongly connected component. */
export function valueCycles(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { file, target, kind } of imports) {
    if (kind === "value") next.set(file, [...next.get(file) ?? [], target]);
  }
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const visit = (file: string) => { // Tarjan 1972
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const target of next.get(file) ?? []) {
      if (!index.has(target)) visit(target);
      if (stack.includes(target)) low.set(file, Math.min(low.get(file)!, low.get(target)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const component = stack.splice(stack.indexOf(file));
    if (component.length > 1 || next.get(file)?.includes(file)) cycles.push(component.sort());
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return cycles;
}

/** The floors of a checkout's house plan from the bottom up, as its own house-plan test lists them. */
async function readFloors(root: string): Promise<string[]> {
  const text = await Deno.readTextFile(`${root}/tests/setup/house_plan_test.ts`);
  const list = /const FLOORS = \[([^\]]*)\]/.exec(text)?.[1];
  if (list === undefined) throw new Error("tests/setup/house_plan_test.ts has no list FLOORS");
  return [...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name);
}

/** Index of the floor that a path belongs to: the longest `name` of which it is `name/…` or `name.ts`, or −1. */
export function floorOf(floors: readonly string[], path: string): number {
  let best = -1;
  for (const [i, name] of floors.entries()) {
    const inside = path === `${name}.ts` || path.startsWith(`${name}/`);
    if (inside && (best < 0 || name.length > floors[best].length)) best = i;
  }
  return best;
}

/** Imports from a floor of the plan to one above it. */
export function upwardImports(imports: readonly Import[], floors: readonly string[]): Import[] {
  return imports.filter(({ file, target }) => {
    const from = floorOf(floors, file);
    return from >= 0 && floorOf(floors, target) > from;
  });
}

/**
 * Product files (`.ts`) under `lines` lines that exactly one file imports: product, tests and examples count as importers,
 * by static import or `new URL`. Lazy imports do not count, since a lazily loaded file is apart for a reason.
 */
export function smallWithOneImporter(
  tree: Tree,
  imports: readonly Import[],
  lines = 40,
): Import[] {
  const importers = new Map<string, Map<string, Import>>();
  for (const one of imports) {
    if (one.kind === "lazy") continue;
    importers.set(one.target, (importers.get(one.target) ?? new Map()).set(one.file, one));
  }
  return [...tree].filter(([path, text]) =>
    isProduct(path) && path.endsWith(".ts") && lineCount(text) < lines &&
    importers.get(path)?.size === 1
  ).map(([path]) => [...importers.get(path)!.values()][0]);
}

/** Counts boilerplate in WGSL, be it a `.wgsl` file or the text inside of TypeScript. */
export function boilerplateOf(text: string): Boilerplate {
  const uniforms = new Set([...text.matchAll(/var<uniform>\s*\w+\s*:\s*(\w+)/g)].map(([, n]) => n));
  const counts: Boilerplate = { bindings: 0, uniforms: 0, entryPoints: 0 };
  let inside: "uniforms" | "entryPoints" | undefined;
  for (const whole of text.split("\n")) {
    const line = whole.replace(/^[^`]*`/, "").replace(/^\s*["']|["'`,\s]+$/g, "").trim(); // of a literal
    if (inside !== undefined) {
      counts[inside]++;
      if (inside === "uniforms" ? line.startsWith("}") : line.endsWith("{")) inside = undefined;
      continue;
    }
    const struct = /^struct (\w+) \{/.exec(line)?.[1];
    if (struct !== undefined && (uniforms.has(struct) || /Param/.test(struct))) {
      counts.uniforms++;
      if (!line.includes("}")) inside = "uniforms";
    } else if (/^@group\(/.test(line)) counts.bindings++;
    else if (/^@compute\b/.test(line)) {
      counts.entryPoints++;
      if (!line.endsWith("{")) inside = "entryPoints";
    }
  }
  return counts;
}

/**
 * Maximal runs of at least `size` normalized lines of a product file of which each window of `size` lines occurs at least
 * twice in the product. Normalized: white space at the ends and runs of it are removed; comment lines, import statements
 * and lines without a letter or digit are dropped.
 */
export function repeatedBlocks(tree: Tree, size = 6): RepeatedBlock[] {
  const files = [...tree].filter(([path]) => isProduct(path)).map(([file, text]) => ({
    file,
    lines: normalizedLines(text),
  }));
  const window = (lines: { text: string }[], i: number) =>
    lines.slice(i, i + size).map(({ text }) => text).join("\n");
  const seen = new Map<string, number>();
  for (const { lines } of files) {
    for (let i = 0; i + size <= lines.length; i++) {
      const key = window(lines, i);
      seen.set(key, (seen.get(key) ?? 0) + 1);
    }
  }
  const blocks: RepeatedBlock[] = [];
  for (const { file, lines } of files) {
    let start = -1;
    for (let i = 0; i <= lines.length; i++) {
      const repeated = i + size <= lines.length && seen.get(window(lines, i))! > 1;
      if (repeated && start < 0) start = i;
      if (!repeated && start >= 0) {
        blocks.push({ file, line: lines[start].line, length: i - 1 + size - start });
        start = -1;
      }
    }
  }
  return blocks;
}

function normalizedLines(text: string): { text: string; line: number }[] {
  const code = text.replace(
    /^import\b[^"';]*"[^"]+"[^;]*;|^export\b[^"';=]*\bfrom\s*"[^"]+";/gm,
    (statement) => statement.replace(/[^\n]/g, ""),
  );
  return code.split("\n")
    .map((line, i) => ({ text: line.trim().replace(/\s+/g, " "), line: i + 1 }))
    .filter(({ text }) => /[\p{L}\p{N}]/u.test(text) && !/^(\/\/|\/\*|\*)/.test(text));
}

/** All figures of a checkout. */
async function measureStructure(root: string) {
  const tree = await readTree(root);
  const imports = importsOf(tree);
  const product = [...tree].filter(([path]) => isProduct(path));
  const tests = [...tree].filter(([path]) => path.startsWith("tests/"));
  const productImports = imports.filter(({ file }) => isProduct(file));
  const lines = product.map(([, text]) => lineCount(text));
  const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);
  const boilerplate = (inKernels: boolean) => {
    const total: Boilerplate = { bindings: 0, uniforms: 0, entryPoints: 0 };
    for (const [path, text] of product) {
      if (path.startsWith("kernels/") !== inKernels) continue;
      const counts = boilerplateOf(text);
      for (const part of ["bindings", "uniforms", "entryPoints"] as const) {
        total[part] += counts[part];
      }
    }
    return { lines: total.bindings + total.uniforms + total.entryPoints, ...total };
  };
  const blocks = repeatedBlocks(tree);
  return {
    productFiles: product.length,
    productLines: sum(lines),
    medianLines: median(lines),
    testFiles: tests.length,
    testLines: sum(tests.map(([, text]) => lineCount(text))),
    tests: sum(tests.map(([, text]) => [...text.matchAll(/\bDeno\.test\(|\.step\(/g)].length)),
    valueCycles: valueCycles(productImports),
    upwardImports: upwardImports(productImports, await readFloors(root)),
    smallWithOneImporter: smallWithOneImporter(tree, imports),
    boilerplate: { kernels: boilerplate(true), elsewhere: boilerplate(false) },
    repeated: {
      blocks: blocks.length,
      lines: sum(blocks.map(({ length }) => length)),
      where: blocks,
    },
  };
}

if (import.meta.main) {
  const root = Deno.args.find((argument) => !argument.startsWith("--")) ?? ".";
  const all = await measureStructure(root);
  if (Deno.args.includes("--json")) console.log(JSON.stringify(all, null, 2));
  else {
    const { kernels, elsewhere } = all.boilerplate;
    const parts = (of: typeof kernels) =>
      `${of.lines} (bindings ${of.bindings}, uniforms ${of.uniforms}, entry points ${of.entryPoints})`;
    const rows: [string, string][] = [
      ["product files (.ts, .wgsl)", `${all.productFiles}`],
      ["product lines", `${all.productLines}`],
      ["median lines of a product file", `${all.medianLines}`],
      ["test files, lines, tests", `${all.testFiles}, ${all.testLines}, ${all.tests}`],
      ["value-import cycles", `${all.valueCycles.length}`],
      ["upward imports", `${all.upwardImports.length}`],
      ["files under 40 lines with one importer", `${all.smallWithOneImporter.length}`],
      ["WGSL boilerplate lines in kernels", parts(kernels)],
      ["WGSL boilerplate lines elsewhere", parts(elsewhere)],
      ["repeated blocks, lines in them", `${all.repeated.blocks}, ${all.repeated.lines}`],
    ];
    for (const row of rows) console.log(tableLine(row, [40, 0]));
    for (const cycle of all.valueCycles) console.log(`cycle: ${cycle.join(", ")}`);
    for (const { file, target } of all.upwardImports) {
      console.log(`upward: ${file} imports ${target}`);
    }
  }
}
