import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { prepare } from "../../src/data/disk/mod.ts";
import { toyTexts, toyTokenizer } from "../support/toy_corpus.ts";
import { runAlbert } from "./albert_process.ts";

Deno.test("--watch on a port in use and --report-to change the files and addresses, not the run", async (t) => {
  const folder = await Deno.makeTempDir();
  const taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const pretrain = (output: string, ...words: string[]) =>
    runAlbert([
      ...["pretrain", "--config", "smoke", "--data", "data", "--output", output, "--device", "cpu"],
      ...["--steps", "2", "--batch-size", "2", "--eval-examples", "4", ...words],
    ], { cwd: folder });
  try {
    await Deno.mkdir(`${folder}/text`);
    for (const [i, text] of toyTexts(12).entries()) {
      await Deno.writeTextFile(`${folder}/text/${i}.txt`, text);
    }
    await prepare({
      inputs: [`${folder}/text`],
      tokenizer: { ...toyTokenizer, toFiles: () => ({}) },
      output: `${folder}/data`,
    });
    await t.step("a port in use is a notice", async () => {
      const { port } = taken.addr as Deno.NetAddr;
      const { code, stderr } = await pretrain(
        ...["watched", "--watch", "--port", `${port}`, "--report-to", "csv"] as const,
      );
      assertEquals(code, 0, stderr);
      assertStringIncludes(
        stderr,
        `Port ${port} is in use; serving the live report on a free port`,
      );
      assertMatch(stderr, /Watch the run at http:\/\/127\.0\.0\.1:\d+\//);
    });
    await t.step("--report-to csv writes CSV and no event file", async () => {
      const names = [...Deno.readDirSync(`${folder}/watched`)].map(({ name }) => name);
      assertEquals(names.some((name) => name.startsWith("events.out")), false);
      const csv = await Deno.readTextFile(`${folder}/watched/eval.csv`);
      assertMatch(csv, /^step,time,eval_loss,[^\n]*eval_baseline_loss_mlm[^\n]*\n1,/);
    });
    await t.step("an unknown target is a usage error", async () => {
      const { code, stderr } = await pretrain("other", "--report-to", "wandb");
      assertEquals(code, 2);
      assertStringIncludes(
        stderr,
        '--report-to must be none or a list of tensorboard, csv (got "wandb")',
      );
    });
  } finally {
    taken.close();
    await Deno.remove(folder, { recursive: true });
  }
});
