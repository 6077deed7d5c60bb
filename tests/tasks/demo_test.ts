// Ctrl-C ends the demo, and the next run continues.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { pretrainingResults } from "../../tasks/demo/results.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";
import { smallModelBytes, smallText } from "../data/small_tokenizer.ts";
import { countingConfig } from "../support/counting_config.ts";
import { runAlbert } from "./albert_process.ts";

/** Runs the demo until a text appears on standard error, then presses Ctrl-C. */
async function interrupted(cwd: string, until: string, words: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: toolCommand(TOOLS.demo, await countingConfig(), words),
    cwd,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let log = "", pressed = false;
  for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
    log += part;
    if (pressed || !log.includes(until)) continue;
    pressed = true;
    child.kill("SIGINT");
  }
  return { code: (await child.status).code, log };
}

Deno.test({
  name: "Ctrl-C stops the demo with a checkpoint, and the next run continues where it stopped",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      // Text, vocabulary and data that exist are not written again.
      for (const demo of ["demo", "other"]) {
        await Deno.mkdir(`${folder}/${demo}/text`, { recursive: true });
        await Deno.writeTextFile(`${folder}/${demo}/text/a.txt`, smallText(1, 60));
      }
      await Deno.mkdir(`${folder}/demo/vocabulary`);
      await Deno.writeFile(`${folder}/demo/vocabulary/spiece.model`, smallModelBytes());
      const paths = ["--vocab", "demo/vocabulary", "--output", "demo/data"];
      const prepared = await runAlbert(["prepare", "--input", "demo/text", ...paths], {
        cwd: folder,
      });
      assertEquals(prepared.code, 0, prepared.stderr);

      const steps = ["--steps", "100000", "--device", "cpu"];
      const scratch = [...steps, "--from-scratch"];
      const first = await interrupted(folder, "100,000 steps on cpu", scratch);
      assertEquals(first.code, 130, first.log);
      assertStringIncludes(first.log, "Stopped at step");
      assertStringIncludes(first.log, "Continue with: deno task demo --from-scratch\n");
      assert(!first.log.includes("predict"), first.log);
      const latest = async () =>
        (await Deno.readTextFile(`${folder}/demo/run/checkpoints/latest`)).trim();
      const stopped = Number((await latest()).replace("step-", ""));

      const second = await interrupted(folder, `Resumed at step ${stopped}`, scratch);
      assertEquals(second.code, 130, second.log);
      assertStringIncludes(second.log, "$ albert pretrain --output demo/run --resume");
      assert(Number((await latest()).replace("step-", "")) >= stopped);

      const model = `demo/run/checkpoints/${await latest()}`;
      const more = ["--output", "other", "--init-from", model, ...steps];
      const third = await interrupted(folder, "100,000 steps on cpu", more);
      assertEquals(third.code, 130, third.log);
      const [fill, prepare, pretrain] = [
        `predict fill-mask --checkpoint ${model}`,
        "prepare",
        "pretrain",
      ]
        .map((command) => third.log.indexOf(`$ albert ${command}`));
      assert(0 < fill && fill < prepare && prepare < pretrain, third.log);
      assertStringIncludes(third.log, "Continue with: deno task demo --output other --init-from");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("the demo measures the loss at [MASK] tokens with the paper's masks, whatever a run trained with", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.txt`, smallText(1, 60));
    await Deno.mkdir(`${folder}/vocabulary`);
    await Deno.writeFile(`${folder}/vocabulary/spiece.model`, smallModelBytes());
    const albert = async (...words: string[]) => {
      const { code, stderr } = await runAlbert(words, { cwd: folder });
      assertEquals(code, 0, stderr);
    };
    await albert("prepare", "--input", "a.txt", "--vocab", "vocabulary", "--output", "data");
    const results = async (share: number) => {
      const output = ["--output", `run-${share}`, "--masked-lm-prob", `${share}`];
      const steps = ["--steps", "1", "--batch-size", "2", "--learning-rate", "1e-9"];
      const model = ["--config", "smoke", "--data", "data", "--device", "cpu"];
      await albert("pretrain", ...model, ...output, ...steps, "--validation-fraction", "0.3");
      const run = `${folder}/run-${share}`;
      const text = await pretrainingResults(`${folder}/data`, run, 0.3, "cpu");
      const line = text.split("\n").find((line) => line.includes("loss at [MASK]"));
      assert(line !== undefined && /\d\.\d{3} nats$/.test(line), text);
      return line;
    };
    const paper = await results(0.15);
    assertEquals(await results(0.4), paper);
    assert(await results(0.05) !== paper);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
