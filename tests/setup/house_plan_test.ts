// The house plan as a program: who may import whom, and how long a file may grow.
import { assertEquals } from "@std/assert";
import { exists, ROOT } from "../../tasks/launch/files.ts";

/** From the bottom up: imports go down this list only. */
const FLOORS = [
  "kernels",
  "src/device",
  "src/tensor",
  "src/text",
  "src/weights",
  "src/model",
  "src/data",
  "src/optim",
  "src/distributed",
  "src/runs",
  "src/report",
  "src/train",
  "src/benchmarks",
  "tasks/paper",
  "tasks",
];

/** Stand beside the floors: plain help with files, bytes and JSON, which imports nothing of the house. */
const CELLAR = /^src\/(files|json)\//;

/** Text in, numbers out: these never touch a device. */
const WITHOUT_DEVICE = /^src\/(text|data)\/|^src\/benchmarks\/[^/]+\/metric/;

interface Import {
  file: string;
  /** A path from the root for a relative import, else the specifier. */
  target: string;
}

async function* modules(folder: string): AsyncGenerator<string> {
  if (!await exists(`${ROOT}/${folder}`)) return; // git keeps no empty folder
  for await (const entry of Deno.readDir(`${ROOT}/${folder}`)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* modules(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

async function* imports(folder: string): AsyncGenerator<Import> {
  for await (const file of modules(folder)) {
    const text = await Deno.readTextFile(`${ROOT}/${file}`);
    const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
    for (const [, specifier] of code.matchAll(/(?:\bfrom|\bimport\(|^import)\s*"([^"]+)"/gm)) {
      const target = specifier.startsWith(".")
        ? new URL(specifier, `file:///${file}`).pathname.slice(1)
        : specifier;
      yield { file, target };
    }
  }
}

function floor(path: string): number {
  return FLOORS.findIndex((name) => path.startsWith(`${name}/`));
}

async function offenders(judge: (found: Import) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const folder of ["kernels", "src"]) {
    for await (const one of imports(folder)) {
      if (judge(one)) found.push(`${one.file} imports ${one.target}`);
    }
  }
  return found.sort();
}

Deno.test("imports go down the house plan", async () => {
  const upwards = await offenders(({ file, target }) =>
    !CELLAR.test(file) && floor(target) > floor(file)
  );
  assertEquals(upwards, []);
  const cellar = await offenders(({ file, target }) => CELLAR.test(file) && floor(target) >= 0);
  assertEquals(cellar, []);
});

Deno.test("another floor is entered by a front door, mod.ts, or disk.ts for what needs files", async () => {
  const found = await offenders(({ file, target }) => {
    const to = floor(target);
    return to >= 0 && to !== floor(file) && !/\/(mod|disk)\.ts$/.test(target);
  });
  assertEquals(found, []);
});

Deno.test("text, data and metrics never reach a device, by whatever way", async () => {
  const graph = new Map<string, string[]>();
  for await (const { file, target } of imports("src")) {
    graph.set(file, [...graph.get(file) ?? [], target]);
  }
  const ways: string[] = [];
  for (const start of [...graph.keys()].filter((file) => WITHOUT_DEVICE.test(file))) {
    const seen = new Set([start]);
    for (const file of seen) {
      for (const target of graph.get(file) ?? []) {
        if (/^(kernels|src\/device)\//.test(target)) ways.push(`${start} by ${file}: ${target}`);
        seen.add(target);
      }
    }
  }
  assertEquals(ways, []);
});

Deno.test("only tests and tasks import from JSR", async () => {
  assertEquals(await offenders(({ target }) => /^(jsr:|@std\/|@cliffy\/)/.test(target)), []);
});

Deno.test("npm packages are named in deno.json, at one version each", async () => {
  const { imports: named } = JSON.parse(await Deno.readTextFile(`${ROOT}/deno.json`));
  const loose = Object.entries<string>(named).filter(([, target]) =>
    target.startsWith("npm:") &&
    !/^npm:(@[^/]+\/)?[^/@]+@\d+\.\d+\.\d+(-[\w.]+)?(\/|$)/.test(target)
  );
  assertEquals(loose, []);
  const found = await offenders(({ target }) =>
    target.startsWith("npm:") ||
    !/^(kernels|src|node:)/.test(target) && !Object.hasOwn(named, target)
  );
  assertEquals(found, []);
});

Deno.test("addresses of files become paths by fileURLToPath, never by .pathname", async () => {
  // `.pathname` keeps "%20" for a space, so such a module fails in a folder with one in its name.
  const found: string[] = [];
  for (const folder of ["kernels", "src", "tasks", "tests", "bench", "examples"]) {
    for await (const path of modules(folder)) {
      const text = await Deno.readTextFile(`${ROOT}/${path}`);
      if (/import\.meta\.url\)\.pathname/.test(text)) found.push(path);
    }
  }
  assertEquals(found, []);
});

Deno.test("no module is longer than 400 lines", async () => {
  const long: string[] = [];
  for (const folder of ["kernels", "src", "tasks", "tests"]) {
    for await (const path of modules(folder)) {
      const lines = (await Deno.readTextFile(`${ROOT}/${path}`)).split("\n").length - 1;
      if (lines > 400) long.push(`${path}: ${lines}`);
    }
  }
  assertEquals(long, []);
});
