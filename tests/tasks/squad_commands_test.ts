// SQuAD on toy data: finetune, evaluate, score, predict.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { openDevice } from "../../src/device/mod.ts";
import { encoderSpecs, initialize, Parameters, readTensors } from "../../src/model/mod.ts";
import { writeModelFolder } from "../../src/train/disk.ts";
import { TOY_CONFIG, TOY_TOKENIZER, toySquad } from "../benchmarks/squad/toy_squad.ts";
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
          ...["--checkpoint", run, run, "--output", output, "--doc-stride", "6"],
        ]),
      ));
      assert(metrics.f1 > 95 && metrics.total === 60, JSON.stringify(metrics));
      const gold = `${folder}/v2.0/dev-v2.0.json`;
      const scored = JSON.parse(succeeded(
        await runAlbert(["score", "squad", gold, `${output}/predictions.json`]),
      ));
      for (const [name, value] of Object.entries(scored)) assertEquals(metrics[name], value);
      const text = "word1 word2 side3 town1 word4";
      const asked = succeeded(
        await runAlbert(["predict", "answer", "--checkpoint", run, "where", text]),
      );
      assertStringIncludes(asked, "word1 word2 »side3 town1« word4");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
