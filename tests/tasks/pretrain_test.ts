import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";
import { runAlbert } from "./albert_process.ts";

Deno.test("albert pretrain: a run, a finished run, a run without a checkpoint", async (t) => {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/spiece.model`, smallModelBytes());
  await Deno.writeTextFile(`${folder}/a.txt`, smallText(1, 60));
  const albert = (...words: string[]) => runAlbert(words, { cwd: folder });
  const settings = [
    ...["--config", "smoke", "--data", "data", "--device", "cpu", "--steps", "3"],
    ...["--eval-examples", "8", "--validation-fraction", "0.2"],
  ];
  try {
    const prepared = await albert(
      ...["prepare", "--input", "a.txt", "--vocab", "spiece.model", "--output", "data"],
    );
    assertEquals(prepared.code, 0, prepared.stderr);

    await t.step("prints the model, the device and the path of the result", async () => {
      const { code, stdout, stderr } = await albert(
        ...["pretrain", ...settings, "--output", "run", "--batch_size", "4", "--json"],
      );
      assertEquals(code, 0, stderr);
      assert(/^smoke: [\d,]+ parameters, 3 steps on cpu \(.+\)\n/.test(stderr), stderr);
      assertStringIncludes(stderr, "Model: run/checkpoints/step-3, report: run/report.html");
      const { step, finished, evaluation } = JSON.parse(stdout);
      assertEquals([step, finished, evaluation.examples], [3, true, 8]);
      // Either spelling of a flag is the same flag.
      const { flags } = JSON.parse(await Deno.readTextFile(`${folder}/run/run.json`));
      assertEquals(flags.batchSize, 4);
    });
    await t.step(
      "has the batch size, length and masks of the preset, or the length and masks of the run that it continues",
      async () => {
        const small = [
          ...["--data", "data", "--device", "cpu", "--steps", "2", "--validation-fraction", "0"],
        ];
        const masks = ["--masked-lm-prob", "0.3", "--ngram", "2", "--short-seq-prob", "0"];
        const shapeOf = async (run: string, ...words: string[]) => {
          const { code, stderr } = await albert("pretrain", "--output", run, ...small, ...words);
          assertEquals(code, 0, stderr);
          const { settings } = JSON.parse(await Deno.readTextFile(`${folder}/${run}/run.json`));
          type Phase = { examples: { maxSeqLength: number; maskedLmProb: number } };
          const phases = settings.phases.map(({ examples }: Phase) =>
            `${examples.maxSeqLength} at ${examples.maskedLmProb}`
          );
          return `${settings.batchSize} × ${phases.join(", ")}`;
        };
        assertEquals(await shapeOf("nano", "--config", "nano"), "64 × 32 at 0.4");
        const phased = ["--config", "smoke", "--phases", "32:0.5,16:0.5", ...masks];
        assertEquals(await shapeOf("phased", ...phased), "32 × 32 at 0.3, 16 at 0.3");
        const { settings } = JSON.parse(await Deno.readTextFile(`${folder}/phased/run.json`));
        const { maskedLmProb, ngram, shortSeqProb } = settings.examples;
        assertEquals([maskedLmProb, ngram, shortSeqProb], [0.3, 2, 0]);
        const next = ["--init-from", "phased"];
        assertEquals(await shapeOf("next", ...next), "32 × 16 at 0.3");
        assertEquals(await shapeOf("reshaped", ...next, "--config", "smoke"), "32 × 32 at 0.15");
        for (const positions of ["16", "17"]) {
          const repeat = ["--output", `repeat-${positions}`, "--repeat-positions", positions];
          const { code, stderr } = await albert("pretrain", ...small, ...next, ...repeat);
          assertEquals(code, 0, stderr);
          const warning =
            "--repeat-positions 17 copies more positions than phased trained: it ended with sequences of 16 tokens";
          assertEquals(stderr.includes(warning), positions === "17", stderr);
        }
        const nothing = ["--config", "smoke", "--masked-lm-prob", "0"];
        const none = await albert("pretrain", "--output", "none", ...small, ...nothing);
        assertEquals([none.code, none.stderr], [
          2,
          "albert: --masked-lm-prob must be above 0, or nothing is learned (got 0)\n",
        ]);
      },
    );
    await t.step("profiles steps into the report and a trace, with the same weights", async () => {
      const longer = settings.with(settings.indexOf("--steps") + 1, "6");
      const words = ["pretrain", ...longer, "--batch-size", "4"];
      const plain = await albert(...words, "--output", "plain");
      const { code, stderr } = await albert(...words, "--output", "profiled", "--profile");
      assertEquals([code, plain.code], [0, 0], stderr);
      assertStringIncludes(stderr, "a profile of 3 steps to profiled/profile/trace.json");
      const { traceEvents } = JSON.parse(
        await Deno.readTextFile(`${folder}/profiled/profile/trace.json`),
      );
      assert(traceEvents.length > 100);
      assertStringIncludes(
        await Deno.readTextFile(`${folder}/profiled/report.html`),
        "Time per step by family, kernel and variant",
      );
      const weights = (run: string) =>
        Deno.readFile(`${folder}/${run}/checkpoints/step-6/model.safetensors`);
      assertEquals(await weights("profiled"), await weights("plain"));
    });
    await t.step(
      "--micro-batch-size auto uses the examples that fit, and a resumed run keeps the number",
      async () => {
        const auto = ["--micro-batch-size", "auto"];
        const { code, stderr } = await albert(
          ...["pretrain", ...settings, "--output", "auto", "--batch-size", "4", ...auto],
        );
        assertEquals(code, 0, stderr);
        assertStringIncludes(stderr, "--micro-batch-size auto: 4 of 4 examples at once");
        const kept = JSON.parse(await Deno.readTextFile(`${folder}/auto/run.json`));
        assertEquals([kept.flags.microBatchSize, kept.settings.microBatchSize], [4, 4]);
        const again = await albert("pretrain", "--output", "auto", "--resume", ...auto);
        assertEquals(again.code, 0, again.stderr);
        assertStringIncludes(again.stderr, "auto is finished: step 3");
      },
    );
    await t.step("trains with consecutive seeds, with settings from a file", async () => {
      await Deno.writeTextFile(`${folder}/s.yaml`, "batch-size: 4\nseeds: 2\nseed: 7\nsteps: 2\n");
      const file = ["--settings", "s.yaml", "--json"];
      const words = ["pretrain", ...settings.toSpliced(settings.indexOf("--steps"), 2), ...file];
      const { code, stdout, stderr } = await albert(...words, "--output", "seeds");
      assertEquals(code, 0, stderr);
      const summary = JSON.parse(stdout);
      assertEquals([summary.task, summary.metric], ["pretraining", "loss"]);
      assertEquals(Object.keys(summary.scores), ["7", "8"]);
      const losses = Object.values<number>(summary.scores);
      assertEquals([summary.best, summary.worst], [Math.min(...losses), Math.max(...losses)]);
      const kept = JSON.parse(await Deno.readTextFile(`${folder}/seeds/seed-8/run.json`));
      assertEquals([kept.flags.seed, kept.flags.seeds, kept.settings.batchSize], [8, undefined, 4]);
      const resumed = await albert("pretrain", "--output", "seeds/seed-8", "--resume");
      assertEquals(resumed.code, 0, resumed.stderr);
      assertStringIncludes(resumed.stderr, "Resumed at step 2");
    });
    await t.step("trains with consecutive seeds without a validation set, watched", async () => {
      const words = ["pretrain", ...settings.toSpliced(-1, 1, "0"), "--batch-size", "4"];
      const more = ["--seeds", "2", "--watch", "--json", "--output", "unseen"];
      const { code, stdout, stderr } = await albert(...words, ...more);
      assertEquals(code, 0, stderr);
      const scores = { 42: null, 43: null };
      assertEquals(JSON.parse(stdout), { task: "pretraining", metric: "loss", scores });
      assertEquals(
        JSON.parse(await Deno.readTextFile(`${folder}/unseen/seeds.json`)).scores,
        scores,
      );
      assertStringIncludes(stderr, "have no loss: they need a validation set");
      assertEquals(stderr.match(/Watch the run at/g)?.length, 1);
    });
    await t.step("names a BLAS library that cannot be loaded", async () => {
      const words = ["pretrain", ...settings, "--output", "none", "--blas", "nowhere.so"];
      const { code, stderr } = await albert(...words);
      assertEquals(code, 1, stderr);
      assertStringIncludes(stderr, "Cannot load the BLAS library nowhere.so");
    });
    await t.step("does not continue a finished run, and exits with 0", async () => {
      const { code, stderr } = await albert("pretrain", "--output", "run", "--resume");
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "run is finished: step 3");
    });
    await t.step("does not overwrite a run", async () => {
      const { code, stderr } = await albert("pretrain", ...settings, "--output", "run");
      assertEquals(code, 1);
      assertEquals(
        stderr,
        "albert: run already contains a run; continue it with --resume or choose another --output\n",
      );
    });
    await t.step("starts at step 0 if there is nothing to resume, and logs it", async () => {
      const { code, stderr } = await albert(
        ...["pretrain", ...settings, "--output", "other", "--batch-size", "4", "--resume"],
      );
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "other has no checkpoint yet: starting at step 0");
      const bytes = (run: string) =>
        Deno.readFile(`${folder}/${run}/checkpoints/step-3/model.safetensors`);
      assertEquals(await bytes("other"), await bytes("run"));
    });
    for (
      const [words, sentence] of [
        [["--data", "data"], "--steps is required for a new run"],
        [
          ["--steps", "3"],
          "--data is required: a folder written by albert prepare, or text with --vocab",
        ],
        [
          ["--data", "data", "--steps", "3", "--micro-batch-size", "many"],
          '--micro-batch-size must be a positive integer or "auto" (got "many")',
        ],
        [["--data", "data", "--steps", "0"], "--steps must be an integer from 1, got 0"],
        [
          ["--data", "data", "--steps", "3", "--config", "nothing"],
          'Unknown preset "nothing". Presets: ',
        ],
      ] as const
    ) {
      await t.step(`rejects ${words.slice(-2).join(" ")}`, async () => {
        const { code, stderr } = await albert("pretrain", ...words, "--output", "none");
        assertEquals(code, 2, stderr);
        assert(stderr.startsWith(`albert: ${sentence}`), stderr);
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
