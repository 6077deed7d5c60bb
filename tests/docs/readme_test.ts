// The code of the README runs as it is, with a local server in place of the hub.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openDevice } from "../../src/device/mod.ts";
import { initialize, modelFiles, presetConfig, PretrainingModel } from "../../src/model/mod.ts";
import { Tokenizer, writeSentencePieceModel } from "../../src/text/mod.ts";
import { VocabularyTrainer } from "../../src/text/training/mod.ts";
import { countingConfig } from "../support/counting_config.ts";
import { ROOT } from "../../tasks/launch/files.ts";
import { SHIPPED_MODEL } from "../../src/weights/mod.ts";
import { fakeHub } from "../weights/hub/fake_hub.ts";
import { runAlbert } from "../tasks/albert_process.ts";
import { autoAndWebGpu } from "../support/devices.ts";
import { toyTexts } from "../support/toy_corpus.ts";
import { documentedCommands } from "./commands.ts";

const readme = await Deno.readTextFile(`${ROOT}/README.md`);

Deno.test("the README starts with one sentence, a program and the same as a command", () => {
  const [title, sentence, program, same, command] = readme.split("\n\n").reduce(
    (blocks, block) => {
      // A blank line inside a fence belongs to the block.
      const open = (blocks.at(-1)?.match(/^```/gm)?.length ?? 0) % 2 === 1;
      return open ? [...blocks.slice(0, -1), `${blocks.at(-1)}\n\n${block}`] : [...blocks, block];
    },
    [] as string[],
  );
  assert(title.startsWith("# "), title);
  assertEquals(sentence.match(/\.(\s|$)/g)?.length, 1, "one sentence");
  const lines = program.split("\n").slice(1, -1).filter((line) => line !== "");
  assertEquals(lines.length, 4);
  assertEquals(same, "The same as a command:");
  assert(command.startsWith("```sh"), command);
});

Deno.test("the README's table of measurements has at most four rows", () => {
  const table = /## Performance[\s\S]*?\n((?:\|.*\n)+)/.exec(readme)![1];
  assert(table.trim().split("\n").length - 2 <= 4, table);
});

/** The files of a model of random weights. */
async function tinyModel(): Promise<Record<string, Uint8Array>> {
  const vocabulary = new VocabularyTrainer({ vocabSize: 130 });
  for (const text of toyTexts(12)) vocabulary.add(text);
  const tokenizer = Tokenizer.fromModel(writeSentencePieceModel(vocabulary.train()));
  const device = await openDevice({ device: "cpu" });
  const config = { ...presetConfig("smoke"), vocabSize: tokenizer.vocabularySize };
  const model = new PretrainingModel(device, config, { trainable: false });
  initialize(model.parameters, 1, config.initializerRange);
  const files = await modelFiles(model, tokenizer);
  await device.destroy();
  return Object.fromEntries(files);
}

Deno.test("the README's program and command fill a mask, also with a model of the hub", async () => {
  const [, program] = /```ts ignore\n([\s\S]*?)```/.exec(readme)!;
  const [command] = documentedCommands("README.md", readme);
  const folder = await Deno.makeTempDir();
  const hub = fakeHub("albert/albert-base-v2", await tinyModel());
  const onHub = "hf:albert/albert-base-v2";
  assertStringIncludes(readme, `Use \`${onHub}\``);
  const env = { HF_HOME: `${folder}/hf`, HF_ENDPOINT: hub.endpoint };
  const fill = async (model: string, device: string) => {
    await Deno.writeTextFile(
      `${folder}/program.ts`,
      program.replace(SHIPPED_MODEL, model).replace('"auto"', `"${device}"`),
    );
    const { flags } = await countingConfig();
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", ...flags, `${folder}/program.ts`],
      env: { NO_COLOR: "1", ...env },
    }).output();
    assertEquals(code, 0, new TextDecoder().decode(stderr));
    const [tool, ...args] = command.words;
    assertEquals(tool, "albert");
    const own = model === SHIPPED_MODEL ? [] : ["--checkpoint", model];
    const outcome = await runAlbert([...args, ...own, "--json", "--device", device], { env });
    assertEquals(outcome.code, 0, outcome.stderr);
    const { masks } = JSON.parse(outcome.stdout);
    const printed = new TextDecoder().decode(stdout);
    for (const { piece } of masks[0]) assertStringIncludes(printed, piece);
    return masks[0][0].piece;
  };
  try {
    for (const device of autoAndWebGpu()) {
      await fill(onHub, device);
      assertEquals(await fill(SHIPPED_MODEL, device), "▁door");
    }
  } finally {
    await hub.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
