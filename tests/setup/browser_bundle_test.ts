// What a browser gets: one file, no Deno, no Node.
import { assert, assertEquals } from "@std/assert";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { fileUrl, ROOT } from "../../tasks/launch/files.ts";

async function deno(words: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: words,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("the public API loads from a browser's bundle, where there is neither Deno nor Node", async () => {
  const config = await prepareConfig(() => {});
  const folder = await Deno.makeTempDir();
  const bundle = `${folder}/albert.js`;
  await deno([
    ...["bundle", "--quiet", "--platform", "browser", ...config.flags],
    ...["-o", bundle, `${ROOT}/mod.ts`],
  ]);
  const text = await Deno.readTextFile(bundle);
  assertEquals(
    [...text.matchAll(/\bfrom\s*"(node:[^"]+|npm:[^"]+)"/g)].map(([, name]) => name),
    [],
  );

  const names = `JSON.stringify(Object.keys(await import(ADDRESS)).sort())`;
  const list = async (setting: string, address: string) =>
    JSON.parse(
      await deno([
        ...["eval", ...config.flags],
        `${setting}; globalThis.print(${names.replace("ADDRESS", JSON.stringify(address))});`,
      ]),
    );
  const print = "globalThis.print = console.log";
  const bare =
    `${print}; for (const name of ["Deno", "process", "Buffer"]) delete globalThis[name]`;
  const found = await list(bare, fileUrl(bundle));
  assert(found.length > 0);
  assertEquals(found, await list(print, `${fileUrl(ROOT)}/mod.ts`));
  await Deno.remove(folder, { recursive: true });
});
