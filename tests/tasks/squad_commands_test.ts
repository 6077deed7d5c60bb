// SQuAD on toy data: finetune, evaluate, score, predict.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openDevice } from "../../src/device/mod.ts";
import { encoderSpecs, initialize, Parameters, readTensors } from "../../src/model/mod.ts";
import { writeModelFolder } from "../../src/train/disk.ts";
import { TOY_CONFIG, TOY_TOKENIZER, toySquad } from "../benchmarks/squad/toy_squad.ts";
import { autoAndWebGpu } from "../support/devices.ts";
import { type AlbertOutcome, runAlbert } from "./albert_process.ts";

/** An encoder that has learned nothing, as a published checkpoint's folder. */
async function writeCheckpoint(folder: string): Promise<void> {
  await Deno.mkdir(folder);
  const device = await openDevice({ device: "cpu" });
  try {
    const parameters = new Parameters(device, encoderSpecs(TOY_CONFIG, { pooler: false }));
    initialize(parameters, 1, 0.05);
    await writeModelFolder(folder, {
      config: TOY_CONFIG,
      architecture: "AlbertModel",
      tensors: await readTensors(parameters),
      files: new Map(Object.entries(TOY_TOKENIZER.toFiles())),
      card: "",
    });
  } finally {
    await device.destroy();
  }
}

function succeeded({ code, stdout, stderr }: AlbertOutcome): string {
  assertEquals(code, 0, stderr);
  return stdout;
}

/** Asks a model for the answer to a question, as text and as JSON. */
async function checkAnswers(run: string, device: string): Promise<void> {
  const predict = ["predict", "answer", "--checkpoint", run, "--device", device];
  const text = "word1 word2 side3 town1 word4";
  const asked = succeeded(await runAlbert([...predict, "where", text]));
  assertStringIncludes(asked, "word1 word2 »side3 town1« word4");
  // Positions are those in the file, with white space at its start. A character outside the basic plane is two UTF-16 units and one code point.
  const json = JSON.parse(
    succeeded(await runAlbert([...predict, "--json", "where"], { stdin: `\r\n 🎉 ${text}\n` })),
  );
  const [{ text: found, start, end, code_point_start, code_point_end }] = json.answers;
  assertEquals([found, start, end], ["side3 town1", 18, 29]);
  assertEquals([code_point_start, code_point_end], [17, 28]);
}

for (const head of ["linear", "paper"]) {
  Deno.test(`SQuAD from the command line, ${head} head`, async () => {
    const folder = await Deno.makeTempDir();
    const checkpoint = `${folder}/checkpoint`;
    try {
      await writeCheckpoint(checkpoint);
      await Deno.mkdir(`${folder}/v2.0`);
      await Deno.writeTextFile(`${folder}/v2.0/train-v2.0.json`, toySquad(1, 300, "train"));
      await Deno.writeTextFile(`${folder}/v2.0/dev-v2.0.json`, toySquad(2, 60, "dev"));
      const run = `${folder}/run`;
      const output = `${folder}/predictions`;
      const common = ["--data", folder, "--device", "cpu", "--quiet"];
      const training = ["--max-steps", "100", "--eval-steps", "50", "--learning-rate", "5e-3"];
      const lengths = ["--doc-stride", "6", "--max-seq-length", "16"];
      const from = ["--checkpoint", checkpoint, "--output", run, "--head", head];
      const batch = ["--batch-size", "32"];
      succeeded(
        await runAlbert([
          ...["finetune", "squad", ...common, ...from],
          ...[...training, ...lengths, ...batch],
        ]),
      );
      const metrics = JSON.parse(succeeded(
        await runAlbert([
          ...["evaluate", "squad", "--json", ...common, ...batch],
          ...["--checkpoint", run, run, "--output", output],
        ]),
      ));
      assert(metrics.f1 > 95 && metrics.total === 60, JSON.stringify(metrics));
      // The windows are those of fine-tuning, so the scores are the same.
      for (const name of ["predictions.json", "null_odds.json"]) {
        const [own, best] = [output, `${run}/predictions`].map((path) => `${path}/${name}`);
        assertEquals(await Deno.readTextFile(own), await Deno.readTextFile(best), name);
      }
      const gold = `${folder}/v2.0/dev-v2.0.json`;
      const scored = JSON.parse(succeeded(
        await runAlbert(["score", "squad", gold, `${output}/predictions.json`]),
      ));
      for (const [name, value] of Object.entries(scored)) assertEquals(metrics[name], value);
      for (const device of autoAndWebGpu()) await checkAnswers(run, device);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("SQuAD files of one's own need no folder, and questions without answers no gold", async () => {
  const folder = await Deno.makeTempDir();
  const checkpoint = `${folder}/checkpoint`;
  try {
    await writeCheckpoint(checkpoint);
    await Deno.writeTextFile(`${folder}/a.json`, toySquad(1, 40, "train"));
    await Deno.writeTextFile(`${folder}/b.json`, toySquad(2, 10, "dev"));
    const bare = JSON.parse(
      toySquad(3, 6, "x"),
      (key, value) => key === "answers" || key === "is_impossible" ? undefined : value,
    );
    await Deno.writeTextFile(`${folder}/questions.json`, JSON.stringify(bare));
    const run = ["--device", "cpu", "--quiet", "--doc-stride", "6", "--max-seq-length", "16"];
    const train = ["finetune", "squad", ...run, "--checkpoint", checkpoint, "--max-steps", "2"];
    const output = ["--output", `${folder}/run`];
    const files = ["--train-file", `${folder}/a.json`, "--dev-file", `${folder}/b.json`];
    succeeded(await runAlbert([...train, ...output, ...files]));
    const { code, stderr } = await runAlbert([...train, ...output, ...files.slice(0, 2)]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, "--data is required");
    // The same files under the names of own data.
    await Deno.mkdir(`${folder}/own`);
    await Deno.copyFile(`${folder}/a.json`, `${folder}/own/train.json`);
    await Deno.copyFile(`${folder}/b.json`, `${folder}/own/valid.json`);
    const own = ["--data", `${folder}/own`];
    succeeded(await runAlbert([...train, "--output", `${folder}/own-run`, ...own]));
    const weights = (name: string) =>
      Deno.readFile(`${folder}/${name}/checkpoints/step-2/model.safetensors`);
    assertEquals(await weights("own-run"), await weights("run"));
    succeeded(
      await runAlbert([
        ...["evaluate", "squad", ...run, "--checkpoint", `${folder}/run`, ...own],
        ...["--output", `${folder}/own-answers`],
      ]),
    );
    // No answer is in its paragraph.
    const row = (id: number, text: string) =>
      JSON.stringify({
        ...{ id, question: "who", context: "word1 word2" },
        answers: { text: [text], answer_start: [0] },
      });
    await Deno.writeTextFile(`${folder}/wrong.jsonl`, row(1, "side9"));
    await Deno.writeTextFile(`${folder}/right.jsonl`, row(2, "word1"));
    const wrong = [
      ...["--train-file", `${folder}/wrong.jsonl`],
      ...["--dev-file", `${folder}/right.jsonl`],
    ];
    const empty = await runAlbert([...train, "--output", `${folder}/empty`, ...wrong]);
    assertEquals(empty.code, 1);
    assertStringIncludes(empty.stderr, "--train-file: no example is left for training");
    const printed = succeeded(
      await runAlbert([
        ...["evaluate", "squad", ...run, "--checkpoint", `${folder}/run`],
        ...["--dev-file", `${folder}/questions.json`, "--output", `${folder}/answers`],
      ]),
    );
    assertEquals(printed, `${folder}/answers/predictions.json\n`);
    const answers = JSON.parse(await Deno.readTextFile(printed.trim()));
    assertEquals(Object.keys(answers).length, 6);
    const nothing = await runAlbert([
      ...["evaluate", "squad", ...run, "--checkpoint", `${folder}/run`, ...output],
    ]);
    assertEquals([nothing.code, nothing.stderr], [
      2,
      "albert: --data or --dev-file is required\n",
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
