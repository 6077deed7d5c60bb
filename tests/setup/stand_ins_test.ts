// The stand-ins export exactly what our code imports from JSR.
import { assert, assertEquals } from "@std/assert";
import {
  linkedConfig,
  readSettings,
  readStandIns,
  type StandIn,
} from "../../tasks/launch/config.ts";
import { fileUrl, ROOT } from "../../tasks/launch/files.ts";

/** `import { … } from "…"` and `const { … } = await import("…")`. */
const IMPORT =
  /\b(?:import|const)\s+(type\s+)?\{([^}]*)\}\s*(?:from\s*|=\s*await import\()"(@(?:std|cliffy)\/[^"]+)"/g;

async function* modules(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory && entry.name !== "airgap") yield* modules(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

/** The source of all modules that may import from JSR. */
async function ourCode(): Promise<string[]> {
  const texts: string[] = [];
  for (const folder of ["tasks", "tests", "bench", "examples"]) {
    try {
      for await (const path of modules(`${ROOT}/${folder}`)) {
        texts.push(await Deno.readTextFile(path));
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return texts;
}

/** The names that are imported from each specifier, separately for values and types. */
async function ourImports() {
  const found = new Map<string, { values: Set<string>; types: Set<string> }>();
  for (const text of await ourCode()) {
    for (const [, typesOnly, names, specifier] of text.matchAll(IMPORT)) {
      const entry = found.get(specifier) ?? { values: new Set(), types: new Set() };
      found.set(specifier, entry);
      for (const part of names.split(",").map((name) => name.trim()).filter((name) => name)) {
        const name = part.replace(/^type\s+/, "").replace(/\s+as\s.*/, "");
        (typesOnly || part.startsWith("type ") ? entry.types : entry.values).add(name);
      }
    }
  }
  return found;
}

/** Specifier and module URL of each export of a stand-in. */
async function exportsOf({ folder, name, exports }: StandIn): Promise<[string, string][]> {
  const settings = JSON.parse(await Deno.readTextFile(`${folder}/deno.json`)).exports;
  return exports.map((path) => [
    name + path.slice(1),
    `${fileUrl(folder)}/${(typeof settings === "string" ? settings : settings[path]).slice(2)}`,
  ]);
}

Deno.test("stand-ins export exactly the values that our code imports", async () => {
  const missing = await ourImports();
  for (const standIn of await readStandIns()) {
    for (const [specifier, module] of await exportsOf(standIn)) {
      const used = missing.get(specifier) ?? { values: new Set(), types: new Set() };
      // A class that is imported as a type is still a value of the package.
      const values = Object.keys(await import(module));
      const all = new Set([
        ...used.values,
        ...[...used.types].filter((name) => values.includes(name)),
      ]);
      assertEquals(values.sort(), [...all].sort(), specifier);
      missing.delete(specifier);
    }
  }
  assertEquals([...missing.keys()], [], "imported from JSR, but missing from the stand-ins");
});

Deno.test("our code calls every method of the stand-in of Command", async () => {
  const { Command } = await import("../../tasks/airgap/cliffy_command/command.ts");
  const code = (await ourCode()).concat(
    await Deno.readTextFile(`${ROOT}/tasks/airgap/cliffy_command/help.ts`),
    await Deno.readTextFile(`${ROOT}/tasks/airgap/cliffy_command/completions.ts`),
  ).join("\n");
  const methods = Object.getOwnPropertyNames(Command.prototype).filter((name) =>
    name !== "constructor"
  );
  assert(methods.length > 10);
  assertEquals(methods.filter((name) => !new RegExp(`\\.${name}\\(`).test(code)), []);
});

Deno.test("names imported from JSR type-check against the stand-ins", async () => {
  const folder = await Deno.makeTempDir();
  const standIns = await readStandIns();
  const config = await readSettings();
  await Deno.writeTextFile(`${folder}/deno.json`, linkedConfig(config, standIns, ROOT));
  const lines = [...await ourImports()].map(([specifier, { values, types }]) =>
    `export type { ${[...new Set([...values, ...types])].join(", ")} } from "${specifier}";`
  );
  // Each specifier gets its own module, since two stand-ins may export the same name.
  await Promise.all(lines.map((line, i) => Deno.writeTextFile(`${folder}/names_${i}.ts`, line)));
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--quiet", "--no-lock", "--config", `${folder}/deno.json`, folder],
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  await Deno.remove(folder, { recursive: true });
});
