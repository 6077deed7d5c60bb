// A run that is killed at any time and resumed ends in the bytes of an uninterrupted run.
import { assert, assertEquals } from "@std/assert";
import { prepare } from "../../src/data/disk/mod.ts";
import { sha256File } from "../../src/files/mod.ts";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";
import { toyTexts, toyTokenizer } from "../support/toy_corpus.ts";

const STEPS = 24;
const KILLS = 3;

/** Starts `albert pretrain` on the CPU device. */
async function pretrain(data: string, output: string, resume: boolean): Promise<Deno.ChildProcess> {
  const config = await prepareConfig(() => {});
  const words = resume ? ["pretrain", "--output", output, "--resume"] : [
    ...["pretrain", "--config", "smoke", "--data", data, "--output", output],
    ...["--steps", `${STEPS}`, "--batch-size", "4", "--save-steps", "3", "--device", "cpu"],
    ...["--dropout", "0.1", "--eval-steps", "8", "--eval-examples", "8"],
  ];
  return new Deno.Command(Deno.execPath(), {
    args: toolCommand(TOOLS.albert, config, words),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
}

/** Returns the step that `latest` names; 0 before the first checkpoint. */
async function latestStep(run: string): Promise<number> {
  const text = await Deno.readTextFile(`${run}/checkpoints/latest`).catch(() => "step-0");
  return Number(text.trim().slice("step-".length));
}

Deno.test("a run that is killed three times and resumed ends in the bytes of an uninterrupted one", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${folder}/text`);
    for (const [i, text] of toyTexts(30).entries()) {
      await Deno.writeTextFile(`${folder}/text/${i}.txt`, text);
    }
    const data = `${folder}/data`;
    await prepare({
      inputs: [`${folder}/text`],
      tokenizer: { ...toyTokenizer, toFiles: () => ({}) },
      output: data,
      validationFraction: 0.1,
    });

    const alone = `${folder}/alone`;
    const { success, stderr } = await (await pretrain(data, alone, false)).output();
    assert(success, new TextDecoder().decode(stderr));

    const killed = `${folder}/killed`;
    let deaths = 0;
    for (let attempt = 0; deaths < KILLS; attempt++) {
      const before = await latestStep(killed);
      const child = await pretrain(data, killed, before > 0);
      const output = child.output();
      // Wait for a checkpoint and some random time, then kill it.
      const target = Math.min(before + 3, STEPS - 3);
      while (await latestStep(killed) < target) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      await new Promise((resolve) => setTimeout(resolve, 10 + 37 * attempt));
      child.kill("SIGKILL");
      const { success } = await output;
      assert(!success, "the run ended before it could be killed");
      deaths++;
    }
    const last = await (await pretrain(data, killed, true)).output();
    assert(last.success, new TextDecoder().decode(last.stderr));

    assertEquals(await latestStep(killed), STEPS);
    for (const file of ["model.safetensors", "optimizer.safetensors", "config.json"]) {
      const path = `checkpoints/step-${STEPS}/${file}`;
      assertEquals(
        await sha256File(`${killed}/${path}`),
        await sha256File(`${alone}/${path}`),
        file,
      );
    }
    const losses = async (run: string) =>
      (await Deno.readTextFile(`${run}/events.jsonl`)).trim().split("\n")
        .map((line) => JSON.parse(line))
        .map(({ step, loss, eval_loss }) => ({ step, loss, eval_loss }));
    assertEquals(await losses(killed), await losses(alone));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
