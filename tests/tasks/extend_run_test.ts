import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";
import { runAlbert } from "./albert_process.ts";

interface LoggedStep {
  step: number;
  learning_rate?: number;
}

Deno.test("a finished run is extended with its optimizer state, and refusals name flags", async (t) => {
  const folder = await Deno.makeTempDir();
  await Deno.writeFile(`${folder}/spiece.model`, smallModelBytes());
  await Deno.writeTextFile(`${folder}/a.txt`, smallText(1, 60));
  const albert = (...words: string[]) => runAlbert(words, { cwd: folder });
  const start = (output: string, steps: string, ...more: string[]) =>
    albert(
      ...["pretrain", "--config", "smoke", "--data", "data", "--device", "cpu", "--steps", steps],
      ...["--batch-size", "4", "--eval-examples", "4", "--logging-steps", "1", "--output", output],
      ...["--eval-steps", "2", "--save-steps", "2"],
      ...(more.includes("--warmup-steps") ? more : ["--warmup-steps", "1", ...more]),
    );
  const resume = (output: string, ...more: string[]) =>
    albert("pretrain", "--output", output, "--resume", ...more);
  const settings = async (run: string) =>
    JSON.parse(await Deno.readTextFile(`${folder}/${run}/run.json`));
  const rates = async (run: string) =>
    (await Deno.readTextFile(`${folder}/${run}/events.jsonl`)).trim().split("\n")
      .map((line): LoggedStep => JSON.parse(line))
      .filter(({ learning_rate }) => learning_rate !== undefined)
      .map(({ step, learning_rate }) => [step, Number(learning_rate!.toPrecision(6))]);
  try {
    const words = ["prepare", "--input", "a.txt", "--vocab", "spiece.model", "--output", "data"];
    assertEquals((await albert(...words)).code, 0);
    await Deno.writeTextFile(`${folder}/b.txt`, smallText(2, 60));
    const others = words.map((word) => ({ "a.txt": "b.txt", data: "other" })[word] ?? word);
    assertEquals((await albert(...others)).code, 0);
    const { code, stderr } = await start("run", "4", "--learning-rate", "0.01");
    assertEquals(code, 0, stderr);

    await t.step("to more steps, at the learning rate of the longer schedule", async () => {
      const { code, stderr } = await resume("run", "--extend-to", "8");
      assertEquals(code, 0, stderr);
      assertStringIncludes(
        stderr,
        "Extending the run: 4 steps at peak learning rate 0.01 become 8 at 0.01",
      );
      assertStringIncludes(stderr, "Resumed at step 4");
      assertStringIncludes(stderr, "Model: run/checkpoints/step-8");
      assertEquals(await rates("run"), [
        ...[[1, 0], [2, 0.0075], [3, 0.005], [4, 0.0025]],
        ...[[5, 0.005], [6, 0.00375], [7, 0.0025], [8, 0.00125]],
      ]);
      const { settings: { schedule, evalSteps }, extensions, flags } = await settings("run");
      assertEquals([schedule.totalSteps, schedule.warmupSteps, evalSteps, flags.steps], [
        8,
        1,
        2,
        8,
      ]);
      assertEquals(extensions, [{
        step: 4,
        schedule: { peakLearningRate: 0.01, warmupSteps: 1, totalSteps: 4 },
      }]);
    });

    await t.step("with the bytes of an uninterrupted run if the schedules agree", async () => {
      // During warm-up, the learning rate does not depend on the number of steps.
      const warmup = ["--learning-rate", "0.01", "--warmup-steps", "8"];
      assertEquals((await start("long", "8", ...warmup)).code, 0);
      assertEquals((await start("short", "4", ...warmup)).code, 0);
      const { code, stderr } = await resume("short", "--extend-to", "8");
      assertEquals(code, 0, stderr);
      for (const file of ["model.safetensors", "optimizer.safetensors"]) {
        const [long, short] = await Promise.all(
          ["long", "short"].map((run) =>
            Deno.readFile(`${folder}/${run}/checkpoints/step-8/${file}`)
          ),
        );
        assertEquals(long, short, file);
      }
    });

    await t.step("at another rate, which a plain --resume keeps", async () => {
      const { code, stderr } = await resume("run", "--extend-to", "10", "--learning-rate", "0.02");
      assertEquals(code, 0, stderr);
      assertEquals((await rates("run")).slice(8), [[9, 0.004], [10, 0.002]]);
      const again = await resume("run");
      assertEquals(again.code, 0, again.stderr);
      assertStringIncludes(again.stderr, "run is finished: step 10");
      assertEquals((await settings("run")).extensions.length, 2);
    });

    await t.step("without the model that it was initialized from", async () => {
      const converted = await albert("convert", "--from", "run", "--to", "model");
      assertEquals(converted.code, 0, converted.stderr);
      const begun = await start("warm", "2", "--init-from", "model");
      assertEquals(begun.code, 0, begun.stderr);
      await Deno.remove(`${folder}/model`, { recursive: true });
      const { code, stderr } = await resume("warm", "--extend-to", "4");
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "--init-from is not needed to resume");
      const missing = await start("cold", "2", "--init-from", "model");
      assertEquals(missing.code, 1, missing.stderr);
    });
    await t.step("of other lengths and masks than its own", async () => {
      const examples = ["--max-seq-length", "16", "--masked-lm-prob", "0.3"];
      assertEquals((await start("other-examples", "2", ...examples)).code, 0);
      const continued = ["pretrain", "--data", "data", "--device", "cpu", "--steps", "2"];
      const words = [...continued, "--init-from", "other-examples", "--output", "continued"];
      assertEquals((await albert(...words)).code, 0);
      await Deno.remove(`${folder}/other-examples`, { recursive: true });
      const { code, stderr } = await resume("continued", "--extend-to", "4");
      assertEquals(code, 0, stderr);
      assertStringIncludes(stderr, "--init-from is not needed to resume");
    });
    await t.step("after it stopped early, with its patience from there", async () => {
      const words = ["--learning-rate", "5", "--warmup-steps", "0", "--early-stop-patience", "1"];
      const stopped = await start("early", "40", ...words);
      assertEquals(stopped.code, 0, stopped.stderr);
      assertStringIncludes(stopped.stderr, "Stopping early");
      const reported = async () => {
        const { stdout } = await albert("report", "early", "--format", "json");
        const [{ finished, step }] = JSON.parse(stdout);
        return { finished, step };
      };
      const { finished, step } = await reported();
      assertEquals([finished, step < 40], [true, true]);
      assertStringIncludes(
        await Deno.readTextFile(`${folder}/early/report.html`),
        `${step} of 40, stopped early`,
      );
      const { started: begun, extensions: none } = await settings("early");
      assertEquals(none, undefined);
      const same = await resume("early", "--extend-to", "40");
      assertEquals(same.code, 0, same.stderr);
      assertEquals((await reported()).step > step, true, same.stderr);
      assertEquals((await settings("early")).started, begun);
      const { extensions } = await settings("early");
      assertEquals(extensions.map(({ step }: { step: number }) => step), [step]);
      const { code, stderr } = await resume("early", "--extend-to", "60");
      assertEquals(code, 0, stderr);
      const after = await reported();
      assertEquals([after.finished, after.step > step], [true, true], stderr);
    });
    await t.step("with one patience if it was only interrupted", async () => {
      const short = ["--max-time", "0.001s"];
      await start("interrupted", "40", "--early-stop-patience", "9", ...short);
      const { code, stderr } = await resume("interrupted", "--extend-to", "40", ...short);
      assertEquals(code, 0, stderr);
      assertEquals((await settings("interrupted")).extensions, undefined);
    });
    await t.step("in phases: the last one becomes longer", async () => {
      const phases = ["--phases", "16:0.5,32:0.5"];
      assertEquals((await start("phases", "4", ...phases)).code, 0);
      const { code, stderr } = await resume("phases", "--extend-to", "6");
      assertEquals(code, 0, stderr);
      const { settings: { phases: ends } } = await settings("phases");
      assertEquals(ends.map(({ untilStep }: { untilStep: number }) => untilStep), [2, 6]);
    });

    for (
      const [more, code, message] of [
        [
          ["--steps", "12"],
          1,
          "--steps gave 10 steps and now gives 12; use the run's own value, or --extend-to 12",
        ],
        [["--learning-rate", "1"], 1, "--learning-rate was 0.02 and is now 1"],
        [["--batch-size", "8"], 1, "--batch-size was 4 and is now 8"],
        [["--warmup-steps", "2"], 1, "--warmup-steps was 1 and is now 2"],
        [["--max-seq-length", "16"], 1, "--max-seq-length was 32 and is now 16"],
        [["--optimizer", "adamw"], 1, '--optimizer was "lamb" and is now "adamw"'],
        [["--data", "other"], 1, "--data is not what the run was started with"],
        [["--poly-power", "2"], 1, "--poly-power was not set and is now 2"],
        [["--phases", "16:1,32:1"], 1, "--"],
        [["--extend-to", "12", "--batch-size", "8"], 1, "--batch-size was 4 and is now 8"],
        [["--extend-to", "3"], 2, "--extend-to must be at least the run's 10 steps (got 3)"],
        [["--extend-to", "12", "--steps", "12"], 2, "leave out --steps"],
      ] as const
    ) {
      await t.step(`rejects ${more.join(" ")}`, async () => {
        const outcome = await resume("run", ...more);
        assertEquals(outcome.code, code, outcome.stderr);
        assertStringIncludes(outcome.stderr, message);
        assert(!/phases\.0|determinants|untilStep/.test(outcome.stderr), outcome.stderr);
      });
    }
    await t.step("--extend-to needs --resume", async () => {
      const { code, stderr } = await start("none", "4", "--extend-to", "8");
      assertEquals(code, 2, stderr);
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
