// What the commands do with the name of the model of the package, and without --checkpoint.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { hasShippedModel, SHIPPED_MODEL } from "../../src/weights/mod.ts";
import { readProvenance } from "../../tasks/ship/card.ts";
import { runAlbert } from "./albert_process.ts";

const CPU = ["--device", "cpu"];

/** Runs a command with a cache folder that is deleted afterwards. */
async function withCache(
  use: (run: (...words: string[]) => ReturnType<typeof runAlbert>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use((...words) =>
      runAlbert(words, {
        cwd: folder,
        env: { ALBERT_CACHE: `${folder}/cache`, HF_ENDPOINT: "http://127.0.0.1:9" },
      }), folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  name: "without the weights, commands that need a model name the alternatives",
  ignore: hasShippedModel(),
  fn: () =>
    withCache(async (run) => {
      for (
        const words of [
          ["predict", "fill-mask", "a [MASK]"],
          ["predict", "perplexity", "a text"],
          ["embed", "a text"],
          ["finetune", "text", "--data", "labels", "--output", "run"],
          [
            "pretrain",
            "--init-from",
            SHIPPED_MODEL,
            "--data",
            "a.txt",
            "--output",
            "run",
            "--steps",
            "1",
          ],
          ["convert", "--from", SHIPPED_MODEL, "--to", "new"],
          ["tokenize", "--vocab", SHIPPED_MODEL],
        ]
      ) {
        const { code, stderr } = await run(...words);
        assertEquals(code, 1, stderr);
        assertStringIncludes(
          stderr,
          `albert: This copy of the package does not contain the weights of ${SHIPPED_MODEL}; ` +
            "give a model folder or hf:OWNER/NAME",
        );
      }
    }),
});

Deno.test({
  name: "commands use the model of the package without --checkpoint and without a network",
  ignore: !hasShippedModel(),
  fn: () =>
    withCache(async (run, folder) => {
      const text = "I do not [MASK] what you mean.";
      const { code, stdout, stderr } = await run("predict", "fill-mask", text, ...CPU);
      assertEquals(code, 0, stderr);
      assertStringIncludes(stdout, "[MASK] know ");
      assert(stderr.startsWith(`albert: using ${SHIPPED_MODEL}, `), stderr);
      assertEquals(stderr.trim().split("\n").length, 1, stderr);
      const quiet = await run("predict", "fill-mask", text, "--quiet", ...CPU);
      assertEquals([quiet.stdout, quiet.stderr], [stdout, ""]);

      // A damaged copy in the cache is replaced.
      const [{ name }] = [...Deno.readDirSync(`${folder}/cache/models`)];
      const weights = `${folder}/cache/models/${name}/model.safetensors`;
      await Deno.truncate(weights, 1000);
      const repaired = await run("predict", "fill-mask", text, "--quiet", ...CPU);
      assertEquals(repaired.stdout, stdout, repaired.stderr);
      assert((await Deno.stat(weights)).size > 1e6);

      const order = async (words: string) => {
        const scored = await run("predict", "perplexity", words, "--json", "--quiet", ...CPU);
        return JSON.parse(scored.stdout).perplexity;
      };
      assert(await order("He sat down at the table.") < await order("Table the at down sat he."));
      const embedded = await run("embed", "A text.", "--quiet", ...CPU);
      assertEquals(JSON.parse(embedded.stdout).embedding.length, 256, embedded.stderr);

      const exported = await run(
        "convert",
        "--from",
        SHIPPED_MODEL,
        "--to",
        "f16",
        "--precision",
        "f16",
      );
      assertEquals(exported.code, 0, exported.stderr);
      const own = ["--checkpoint", "f16", "--quiet"];
      const converted = await run("predict", "fill-mask", text, ...own, ...CPU);
      assertEquals(converted.stdout, stdout);
    }),
});

Deno.test({
  name: "finetune, prepare and pretrain start from the model of the package",
  ignore: !hasShippedModel(),
  fn: () =>
    withCache(async (run, folder) => {
      await Deno.mkdir(`${folder}/labels`);
      for (const [name, things] of [["train", "a ship, a dog, a king"], ["dev", "a cat, a tree"]]) {
        const rows = things.split(", ").flatMap((thing) => [
          `I love ${thing}.\tgood`,
          `I hate ${thing}.\tbad`,
        ]);
        const text = ["text\tlabel", ...rows, ""].join("\n");
        await Deno.writeTextFile(`${folder}/labels/${name}.tsv`, text);
      }
      const tuned = await run(
        ...["finetune", "text", "--data", "labels", "--output", "run", "--max-steps", "2"],
        ...["--batch-size", "4", "--max-seq-length", "16", ...CPU],
      );
      assertEquals(tuned.code, 0, tuned.stderr);
      assertStringIncludes(tuned.stderr, `albert: using ${SHIPPED_MODEL}, `);
      assertStringIncludes(
        await Deno.readTextFile(`${folder}/run/checkpoints/step-2/README.md`),
        SHIPPED_MODEL,
      );

      const sentences = Array.from(
        { length: 60 },
        (_, i) => `He saw ${i} ships. They sailed away.`,
      );
      await Deno.writeTextFile(`${folder}/a.txt`, sentences.join("\n\n"));
      const prepared = await run(
        "prepare",
        "--input",
        "a.txt",
        "--vocab",
        SHIPPED_MODEL,
        "--output",
        "data",
      );
      assertEquals(prepared.code, 0, prepared.stderr);
      const trained = await run(
        ...["pretrain", "--init-from", SHIPPED_MODEL, "--data", "data", "--output", "more"],
        ...["--steps", "1", "--batch-size", "4", "--validation-fraction", "0", ...CPU],
      );
      assertEquals(trained.code, 0, trained.stderr);
      assertStringIncludes(trained.stderr, "0 newly initialized");
      const { settings } = JSON.parse(await Deno.readTextFile(`${folder}/more/run.json`));
      const { maxSeqLength, maskedLmProb } = settings.phases[0].examples;
      // As in the last run of its training, whose command names the length only: the mask is the paper's.
      const { command } = (await readProvenance()).stages.at(-1)!;
      assertStringIncludes(command, ` --max-seq-length ${maxSeqLength} `);
      assertEquals([maskedLmProb, command.includes("--masked-lm-prob")], [0.15, false]);
    }),
});
