// The house plan of docs/contributing.md as a program: which folder may import from which, and how long a file may be.
import { assert, assertEquals } from "@std/assert";
import {
  floorOf,
  type Import,
  importsOf,
  lineCount,
  readTree,
  smallWithOneImporter,
  upwardImports,
  valueCycles,
} from "../../bench/structure.ts";
import { generatedFolders, readSettings } from "../../tasks/launch/config.ts";
import { ROOT } from "../../tasks/launch/files.ts";

/** From the bottom up: imports go down this list only. A floor `tasks/x` includes the entry point `tasks/x.ts`. */
const FLOORS = [
  "kernels",
  "src/device",
  "src/tensor",
  "src/text",
  "src/weights",
  "src/model",
  "src/onnx",
  "src/data",
  "src/optim",
  "src/distributed",
  "src/runs",
  "src/report",
  "src/train",
  "src/pretraining",
  "src/benchmarks",
  "src/inference",
  "tasks/airgap",
  "tasks/launch",
  "tasks/ok",
  "tasks/paper",
  "tasks/cli",
  "tasks/docs",
  "tasks/kernels",
  "tasks/golden",
  "tasks/demo",
  "tasks/ship",
  "bench",
  "tasks/bench",
  "examples",
];

/** Helpers for files, bytes, JSON and workers. Every floor may use them; they import from each other only. */
const CELLAR = /^src\/(files|json|workers)\//;

/** Floors with a narrower choice than all floors below, and why. */
const NARROW: readonly { floor: string; may: RegExp; why: string }[] = [
  { floor: "tasks/airgap", may: /^tasks\/airgap\//, why: "replaces packages of JSR" },
  {
    floor: "tasks/launch",
    may:
      /^(tasks\/launch\/|src\/(files\/(cache_folder|deno_version)|device\/cpu\/blas_libraries)\.ts$)/,
    why: "runs before packages are available",
  },
  { floor: "tasks/ok", may: /^tasks\/(ok|launch)\//, why: "checks the library from outside" },
  { floor: "tasks/paper", may: /^(src|tasks\/paper)\//, why: "is published" },
  { floor: "tasks/cli", may: /^(kernels|src|tasks\/(cli|paper))\//, why: "is published" },
  {
    floor: "examples",
    may:
      /^(examples\/|@albert-lab\/albert(\/|$)|node:util$|(preact|@preact\/signals|uplot|fflate)(\/|$))/,
    why: "reads like a user's code",
  },
];

/** Floors whose modules are programs and their parts, so that each may be imported by name. */
const WITHOUT_FRONT_DOOR = /^(bench|tasks\/(?!paper\/))/;

/** Imports that enter another floor by a side door, and why. */
const SIDE_DOORS: Readonly<Record<string, string>> = {
  "kernels/philox/philox.ts": "random numbers need no kernels",
  "src/files/cache_folder.ts": "the launcher reads no module that imports a package",
  "src/files/deno_version.ts": "the launcher reads no module that imports a package",
  "src/device/cpu/blas_libraries.ts": "the launcher reads no module that imports a package",
  "src/benchmarks/glue/recipes.ts": "help texts need no engine",
  "src/benchmarks/squad/reader.ts": "scoring needs no engine",
  "src/data/readers/format.ts": "help texts need no engine",
  "src/data/readers/records.ts": "help texts need no engine",
  "src/onnx/names.ts": "help texts need no engine",
  "src/train/model_folder.ts": "golden cases have model files, but no run",
  "src/weights/shipped/name.ts": "help texts need no engine",
  "tasks/paper/statistics.ts": "benches need its median, and no experiments",
};

/** A pure function, which code without a device may use. */
const GENERATOR = "kernels/philox/philox.ts";

/** Text in, numbers out: these never reach a device. */
const WITHOUT_DEVICE = /^src\/(text|data)\/|^src\/benchmarks\/[^/]+\/metric/;

/** Files under 40 lines that stay apart from their one importer, and why. Workers, which a URL names, always do. */
const SMALL: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /^kernels\/\w+\/(reference|\w+\.wgsl)\.ts$/, why: "one file per kind of implementation" },
  { path: /^tasks\/paper\/experiments\//, why: "one file per table or figure of the paper" },
  { path: /^src\/files\/if_exists\.ts$/, why: "used by every folder" },
  { path: /^src\/tensor\/recomputed\.ts$/, why: "gradient checkpointing, apart from the tape" },
];

const tree = await readTree(ROOT);
const all = importsOf(tree);
/** What the library and its programs import; tests may import anything. */
const imports = all.filter(({ file }) => !file.startsWith("tests/"));

/** Modules that run in worker threads. */
const workers = imports.filter(({ kind, target }) => kind === "url" && tree.has(target));

const line = ({ file, target }: Import) => `${file} imports ${target}`;

function offenders(offends: (found: Import) => boolean): string[] {
  return imports.filter(offends).map(line).sort();
}

Deno.test("every module belongs to a floor of the house plan", () => {
  const homeless = [...tree.keys()].filter((path) =>
    !path.startsWith("tests/") && path !== "mod.ts" && !CELLAR.test(path) &&
    floorOf(FLOORS, path) < 0
  );
  assertEquals(homeless, []);
});

Deno.test("imports go down the house plan", () => {
  assertEquals(upwardImports(imports, FLOORS).map(line), []);
  const cellar = offenders(({ file, target }) => CELLAR.test(file) && floorOf(FLOORS, target) >= 0);
  assertEquals(cellar, []);
});

for (const { floor, may, why } of NARROW) {
  Deno.test(`${floor} imports nothing else of the house, since it ${why}`, () => {
    const index = FLOORS.indexOf(floor);
    const found = offenders(({ file, target, kind }) =>
      floorOf(FLOORS, file) === index && kind !== "url" && !may.test(target) &&
      (floorOf(FLOORS, target) >= 0 || floor === "examples")
    );
    assertEquals(found, []);
  });
}

Deno.test("no modules import each other's values in a cycle", () => {
  assertEquals(valueCycles(all), []);
});

Deno.test("commands load the engine when they run, not for help", () => {
  const loaded = new Set(
    imports.filter(({ file }) => file === "tasks/cli/commands.ts").map(({ target }) => target),
  );
  for (const file of loaded) {
    for (const one of imports) {
      if (one.file === file && one.kind === "value") loaded.add(one.target);
    }
  }
  assert(loaded.has("tasks/cli/evaluate.ts") && loaded.has("tasks/cli/options.ts"));
  assertEquals([...loaded].filter((path) => /^(kernels|src\/(device|tensor))\//.test(path)), []);
});

Deno.test("another floor is entered by a front door, mod.ts, or disk.ts for what needs files", () => {
  const used = new Set<string>();
  const found = offenders(({ file, target }) => {
    const to = floorOf(FLOORS, target);
    if (to === floorOf(FLOORS, file) || WITHOUT_FRONT_DOOR.test(target)) return false;
    if (CELLAR.test(target) ? CELLAR.test(file) || file === "mod.ts" : to < 0) return false;
    if (/\/(mod|disk)\.ts$/.test(target)) return false;
    used.add(target);
    return !Object.hasOwn(SIDE_DOORS, target);
  });
  assertEquals(found, []);
  assertEquals(Object.keys(SIDE_DOORS).filter((door) => !used.has(door)), [], "no longer needed");
});

Deno.test("text, data and metrics never reach a device, directly or through other modules", () => {
  const graph = new Map<string, string[]>();
  for (const { file, target } of imports) graph.set(file, [...graph.get(file) ?? [], target]);
  const ways: string[] = [];
  for (const start of [...graph.keys()].filter((file) => WITHOUT_DEVICE.test(file))) {
    const seen = new Set([start]);
    for (const file of seen) {
      for (const target of graph.get(file) ?? []) {
        if (/^(kernels|src\/device)\//.test(target) && target !== GENERATOR) {
          ways.push(`${start} by ${file}: ${target}`);
        }
        seen.add(target);
      }
    }
  }
  assertEquals(ways, []);
});

Deno.test("only tests and tasks import from JSR", () => {
  const found = offenders(({ file, target }) =>
    !file.startsWith("tasks/") && /^(jsr:|@std\/|@cliffy\/)/.test(target)
  );
  assertEquals(found, []);
});

Deno.test("npm packages are named in imports.json, at one version each", async () => {
  const { imports: named, name, exports } = await readSettings();
  const loose = Object.entries(named).filter(([, target]) =>
    target.startsWith("npm:") &&
    !/^npm:(@[^/]+\/)?[^/@]+@\d+\.\d+\.\d+(-[\w.]+)?(\/|$)/.test(target)
  );
  assertEquals(loose, []);
  const { imports: inline } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  assertEquals(inline, undefined, "deno task would download its npm packages before any task");
  const known = (target: string) =>
    /^(node:|@cliffy\/command\/)/.test(target) || Object.hasOwn(named, target) ||
    Object.keys(exports).some((path) => target === name + path.slice(1));
  const found = offenders(({ target, kind }) => {
    const relative = kind === "url" || tree.has(target) || /^(\.\.\/)*deno\.json$/.test(target);
    return !relative && !known(target);
  });
  assertEquals(found, []);
});

Deno.test("published modules import published modules only", async () => {
  const { publish } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const published = (path: string) =>
    publish.include.some((entry: string) => path === entry || path.startsWith(`${entry}/`));
  const found = offenders(({ file, target }) =>
    published(file) && tree.has(target) && !published(target)
  );
  assertEquals(found, []);
});

Deno.test("everything published is reachable from an export", async () => {
  const { exports, publish } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const reached = new Set(Object.values<string>(exports).map((path) => path.slice(2)));
  for (const file of reached) {
    for (const one of imports) if (one.file === file) reached.add(one.target);
  }
  const published = (path: string) =>
    publish.include.some((entry: string) => path === entry || path.startsWith(`${entry}/`));
  assertEquals([...tree.keys()].filter((path) => published(path) && !reached.has(path)), []);
});

Deno.test("a module that starts a worker also imports it, which puts it into the module graph", () => {
  // JSR and `deno cache` fetch the modules of the graph only, and `new URL()` is not part of it.
  const found = workers.filter(({ file, target }) =>
    !imports.some((other) =>
      other.kind === "lazy" && other.file === file && other.target === target
    )
  );
  assert(workers.length > 0);
  assertEquals(found.map(line), []);
});

Deno.test("file URLs become paths by fileURLToPath, never by .pathname", () => {
  // `.pathname` keeps "%20" for a space, so such a module fails in a folder with one in its name.
  const found = [...tree].filter(([, text]) => /import\.meta\.url\)\.pathname/.test(text));
  assertEquals(found.map(([path]) => path), []);
});

/** Whether a module is written by a program. */
const generated = await generatedFolders();
const isGenerated = (path: string) => generated.some((folder) => path.startsWith(`${folder}/`));

Deno.test("generated modules are excluded from the formatter, too", async () => {
  const { fmt } = await readSettings() as { fmt?: { exclude: string[] } };
  assertEquals(generated.filter((folder) => !fmt!.exclude.includes(folder)), []);
  for (const folder of generated) await Deno.stat(`${ROOT}/${folder}`);
});

Deno.test("no module is longer than 400 lines", () => {
  const long = [...tree].filter(([path, text]) =>
    path.endsWith(".ts") && !isGenerated(path) && lineCount(text) > 400
  );
  assertEquals(long.map(([path, text]) => `${path}: ${lineCount(text)}`), []);
});

Deno.test("a file under 40 lines with one importer belongs in its importer", () => {
  const found = smallWithOneImporter(tree, all).filter(({ target, kind }) =>
    kind !== "url" && !isGenerated(target) && !SMALL.some(({ path }) => path.test(target))
  );
  assertEquals(found.map(({ file, target }) => `${target} belongs in ${file}`), []);
});

Deno.test("the plan in docs/contributing.md lists the floors of this test", async () => {
  const page = await Deno.readTextFile(`${ROOT}/docs/contributing.md`);
  for (const name of FLOORS) assert(page.includes(name), `docs/contributing.md lacks ${name}`);
});
