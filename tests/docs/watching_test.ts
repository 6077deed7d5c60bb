// Runs every command of docs/watching.md unchanged.
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { prepare } from "../../src/data/disk/mod.ts";
import { toyTexts, toyTokenizer } from "../support/toy_corpus.ts";
import { runAlbert } from "../tasks/albert_process.ts";

Deno.test("the commands of docs/watching.md create the files that it describes", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/watching.md", import.meta.url));
  const blocks = [...page.matchAll(/```sh\n([^]*?)```/g)].map(([, block]) => block);
  const commands = blocks.flatMap((block) => block.trim().split("\n"));
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/text`);
    for (const [i, text] of toyTexts(20).entries()) {
      await Deno.writeTextFile(`${folder}/text/${i}.txt`, text);
    }
    await prepare({
      inputs: [`${folder}/text`],
      tokenizer: { ...toyTokenizer, toFiles: () => ({}) },
      output: `${folder}/data`,
    });
    for (const command of commands) {
      const [program, ...words] = command.split(" ");
      assertEquals(program, "albert");
      const device = words[0] === "pretrain" ? ["--device", "cpu"] : [];
      const { code, stderr } = await runAlbert([...words, ...device], { cwd: folder });
      assertEquals(code, 0, `${command}\n${stderr}`);
      if (words.includes("--watch")) {
        assertMatch(stderr, /Watch the run at http:\/\/127\.0\.0\.1:\d+\/\w+\/\n/);
      }
    }
    const read = (name: string) => Deno.readTextFile(`${folder}/${name}`);
    assertStringIncludes(await read("runs/lamb/report.html"), "40 of 40");
    assertStringIncludes(await read("optimizers.html"), "--optimizer");
    for (const name of ["events", "tensors"]) {
      assertStringIncludes(await read(`runs/adamw/${name}.jsonl`), `"step":40`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
