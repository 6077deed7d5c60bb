// "The library in ten minutes" runs as it is: its blocks are one program.
import { assertEquals, assertMatch } from "@std/assert";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { ROOT } from "../../tasks/launch/files.ts";

Deno.test("the program of docs/library.md type-checks, and trains, predicts and classifies", async () => {
  const page = await Deno.readTextFile(`${ROOT}/docs/library.md`);
  const section = /## The library in ten minutes\n([\s\S]*?)\n## /.exec(page)![1];
  const blocks = [...section.matchAll(/```ts ignore\n([\s\S]*?)```/g)].map(([, code]) => code);
  assertEquals(blocks.length, 7);
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/program.ts`, blocks.join("\n"));
    const { flags } = await prepareConfig(() => {});
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--check", "--allow-all", ...flags, `${folder}/program.ts`],
      cwd: ROOT,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const printed = new TextDecoder().decode(stdout);
    for (
      const line of [
        /^step 30: loss \d+\.\d+$/m,
        /^▁?\S+ 0?\.\d+/m,
        /^cosine similarity -?[01]/m,
        /^attention of layer 1: 2 heads × \d+² weights \d+$/m,
        /^perplexity \d+/m,
        /^60 accuracy 1\.0+/m,
        /^cow 0\.9\d*\nanother animal 0\.9\d*$/m,
      ]
    ) assertMatch(printed, line);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
