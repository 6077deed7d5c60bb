/**
 * `deno task demo`: from plain text to a pretrained and finetuned ALBERT in a few minutes, by the same commands a user would type.
 */
import { Command, EnumType } from "@cliffy/command";
import { DEVICES } from "./cli/common.ts";
import { report, runCli } from "./cli/run.ts";
import { comparison } from "./demo/comparison.ts";
import { writePassages } from "./demo/passages.ts";
import { writeSpeeches } from "./demo/speeches.ts";
import { summary } from "./demo/summary.ts";

/** Found by experiment; README says what they reach. */
const RECIPE = {
  vocabSize: 4000,
  steps: 500,
  batchSize: 32,
  maxSeqLength: 64,
  learningRate: 0.012,
  warmupSteps: 150,
  validationFraction: 0.05,
};

/** Enough for what pretraining learned to show. */
const FINETUNING = { steps: 100, evalSteps: 25, learningRate: 3e-4 };

const SENTENCES = [
  "The [MASK] of the United States is strong.",
  "I ask the [MASK] to pass this bill.",
  "We must work for peace in the [MASK].",
];

/** Runs one command as a user would, showing it first; a failure ends the demo. */
async function run(words: (string | number)[]): Promise<void> {
  const shown = words.map((word) => /^[\w./:=-]+$/.test(`${word}`) ? word : `'${word}'`);
  console.error(`\n$ albert ${shown.join(" ")}`);
  const code = await runCli(words.map(String));
  if (code !== 0) Deno.exit(code);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

const command = new Command()
  .throwErrors()
  .name("demo")
  .description("Pretrain a small ALBERT on real text, from nothing, and finetune it.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "What to compute on.", { default: "auto" as const })
  .option("--output <folder:string>", "Where everything goes.", { default: "demo" })
  .option("--steps <n:integer>", "Optimizer steps of pretraining.", { default: RECIPE.steps })
  .action(async ({ device, output, steps }) => {
    const started = performance.now();
    const [text, vocabulary, data, model] = ["text", "vocabulary", "data", "run"].map((name) =>
      `${output}/${name}`
    );
    if (!await exists(text)) {
      console.error("Text: State of the Union addresses, 1790 to 2021 (public domain)");
      const count = await writeSpeeches(text);
      console.error(`${count} speeches written to ${text}`);
    }
    if (!await exists(vocabulary)) {
      await run([
        "vocab",
        "train",
        "--input",
        text,
        "--vocab-size",
        RECIPE.vocabSize,
        "--output",
        vocabulary,
      ]);
    }
    if (!await exists(data)) {
      await run([
        ...["prepare", "--input", text, "--vocab", vocabulary, "--output", data],
        ...["--validation-fraction", RECIPE.validationFraction],
      ]);
    }
    await run(
      await exists(`${model}/checkpoints/latest`) ? ["pretrain", "--output", model, "--resume"] : [
        ...["pretrain", "--config", "nano", "--data", data, "--output", model, "--steps", steps],
        ...["--batch-size", RECIPE.batchSize, "--max-seq-length", RECIPE.maxSeqLength],
        ...["--learning-rate", RECIPE.learningRate, "--warmup-steps", RECIPE.warmupSteps],
        ...["--validation-fraction", RECIPE.validationFraction, "--device", device],
      ],
    );
    console.log(await summary(data, model, RECIPE.validationFraction, device));
    for (const sentence of SENTENCES) {
      await run(["predict", "fill-mask", "--checkpoint", model, "--device", device, sentence]);
    }
    const eras = `${output}/eras`;
    const passages = await writePassages(eras);
    console.error(
      `\nWhen was it said? ${passages.train} passages to learn from, ${passages.dev} of other speeches to be judged by`,
    );
    const runs = { pretrained: `${output}/finetuned`, untrained: `${output}/untrained` };
    for (const folder of Object.values(runs)) {
      await run([
        ...["finetune", "text", "--data", eras, "--checkpoint", model, "--output", folder],
        ...(folder === runs.untrained ? ["--from-scratch"] : []),
        ...["--max-steps", FINETUNING.steps, "--eval-steps", FINETUNING.evalSteps],
        ...["--learning-rate", FINETUNING.learningRate, "--batch-size", RECIPE.batchSize],
        ...["--max-seq-length", RECIPE.maxSeqLength, "--device", device],
        ...(await exists(`${folder}/checkpoints/latest`) ? ["--resume"] : []),
      ]);
    }
    console.log(await comparison(runs, passages));
    const seconds = (performance.now() - started) / 1000;
    console.log(
      `\nmodel   ${model}/checkpoints (a Hugging Face folder)\nreport  ${model}/report.html, ${runs.pretrained}/report.html`,
    );
    console.log(
      `time    ${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}`,
    );
  });

try {
  await command.parse(Deno.args);
} catch (error) {
  Deno.exitCode = report(error);
}
Deno.exit();
