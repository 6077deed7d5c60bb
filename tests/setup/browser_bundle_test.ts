// The public API as a bundle for browsers.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hasShippedModel } from "../../src/weights/mod.ts";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { fileUrl, ROOT } from "../../tasks/launch/files.ts";

async function deno(args: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    env: { NO_COLOR: "1" },
  }).output();
  assertEquals(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("the public API loads from a browser bundle without Deno and Node", async () => {
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

  const list = async (setup: string, url: string) => {
    const names = `Object.keys(await import(${JSON.stringify(url)})).sort()`;
    const code = `${setup}; globalThis.print(JSON.stringify(${names}));`;
    return JSON.parse(await deno(["eval", ...config.flags, code]));
  };
  const print = "globalThis.print = console.log";
  const bare =
    `${print}; for (const name of ["Deno", "process", "Buffer"]) delete globalThis[name]`;
  const exported = await list(bare, fileUrl(bundle));
  assert(exported.length > 0);
  assertEquals(exported, await list(print, `${fileUrl(ROOT)}/mod.ts`));
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name:
    "the weights of the package's model are in the module graph, and a separate file of a bundle",
  ignore: !hasShippedModel(),
  fn: async () => {
    const { flags } = await prepareConfig(() => {});
    const graph = await deno(["info", "--json", ...flags, `${ROOT}/mod.ts`]);
    assert(graph.includes("/albert_mini_books/weights_0.ts"));
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${folder}/program.ts`,
      `import { loadPretrained, openDevice } from "@albert-lab/albert";
      const model = await loadPretrained("albert-mini-books", await openDevice({ device: "cpu" }));
      const [[best]] = await model.fillMask("I do not [MASK] what you mean.");
      console.log(best.piece);
      `,
    );
    await deno([
      ...["bundle", "--quiet", "--platform", "browser", "--code-splitting", ...flags],
      ...["--outdir", `${folder}/out`, `${folder}/program.ts`],
    ]);
    const sizes = [...Deno.readDirSync(`${folder}/out`)].map(({ name }) => ({
      name,
      size: Deno.statSync(`${folder}/out/${name}`).size,
    }));
    const large = sizes.filter(({ size }) => size > 1e6);
    assertEquals(large.length, 1, JSON.stringify(sizes));
    assert(large[0].name !== "program.js");
    assertEquals((await deno(["run", "--allow-read", `${folder}/out/program.js`])).trim(), "▁know");
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("a bundle for Deno fetches models of the hub", async () => {
  const { flags } = await prepareConfig(() => {});
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/program.ts`,
    `import { loadPretrained, openDevice } from "@albert-lab/albert";
    const requested = new Set<string>();
    globalThis.fetch = (url) => {
      requested.add(String(url));
      return Promise.resolve(new Response(null, { status: 404 }));
    };
    const device = await openDevice({ device: "cpu", workers: 1 });
    const error = await loadPretrained("hf:owner/toy", device).catch(({ message }) => message);
    console.log(JSON.stringify([error, ...requested]));
    `,
  );
  await deno(["bundle", "--quiet", ...flags, "-o", `${folder}/out.js`, `${folder}/program.ts`]);
  const [error, ...requested] = JSON.parse(await deno(["run", "-A", `${folder}/out.js`]));
  assertStringIncludes(error, "Cannot load hf:owner/toy: ");
  assert(requested.includes("https://huggingface.co/owner/toy/resolve/main/config.json"));
  await Deno.remove(folder, { recursive: true });
});

for (const format of ["cjs", "iife"]) {
  Deno.test(`a bundle that is not a module (${format}) loads, and computes with one thread`, async () => {
    const { flags } = await prepareConfig(() => {});
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(
      `${folder}/program.ts`,
      `import { openDevice } from "@albert-lab/albert";
      openDevice({ device: "cpu", workers: 2 }).then(async (device) => {
        console.log(device.description.adapter);
        await device.destroy();
      });
      `,
    );
    const out = `${folder}/out.cjs`;
    await deno([
      ...["bundle", "--quiet", "--platform", "browser", "--format", format, ...flags],
      ...["-o", out, `${folder}/program.ts`],
    ]);
    assertEquals(await deno(["run", "--allow-read", out]), "CPU, 1 thread\n");
    await Deno.remove(folder, { recursive: true });
  });
}
