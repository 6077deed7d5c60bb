/**
 * `deno task demo`: trains an ALBERT on plain text and fine-tunes it in a few minutes, with the commands that a user would run.
 */
import { Command, EnumType } from "@cliffy/command";
import { DEVICES } from "./cli/options.ts";
import { showsColors } from "./cli/command.ts";
import { report, runCli } from "./cli/run.ts";
import { finetuningResults, pretrainingResults } from "./demo/results.ts";
import { writePassages, writeSpeeches } from "./demo/texts.ts";

/** Chosen by experiment. */
const RECIPE = {
  vocabSize: 4000,
  steps: 500,
  batchSize: 32,
  maxSeqLength: 64,
  learningRate: 0.012,
  warmupSteps: 150,
  validationFraction: 0.05,
};

/** Enough steps to show the benefit of pretraining. */
const FINETUNING = { steps: 100, evalSteps: 25, learningRate: 3e-4 };

const SENTENCES = [
  "The [MASK] of the United States is strong.",
  "I ask the [MASK] to pass this bill.",
  "We must work for peace in the [MASK].",
];

/** Prints a command and runs it. Exits if it fails. */
async function run(args: (string | number)[]): Promise<void> {
  const shown = args.map((arg) => /^[\w./:=-]+$/.test(`${arg}`) ? arg : `'${arg}'`);
  console.error(`\n$ albert ${shown.join(" ")}`);
  const code = await runCli(args.map(String));
  if (code !== 0) Deno.exit(code);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

const command = new Command()
  .help({ colors: showsColors() })
  .throwErrors()
  .name("demo")
  .description("Pretrain a small ALBERT on real text from scratch, and fine-tune it.")
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .option("--output <folder:string>", "Folder for all files.", { default: "demo" })
  .option("--steps <n:integer>", "Number of pretraining steps.", { default: RECIPE.steps })
  .action(async ({ device, output, steps }) => {
    const started = performance.now();
    const [text, vocabulary, data, model] = ["text", "vocabulary", "data", "run"].map((name) =>
      `${output}/${name}`
    );
    if (!await exists(text)) {
      console.error("Text: State of the Union addresses from 1790 to 2021 (public domain)");
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
    console.log(await pretrainingResults(data, model, RECIPE.validationFraction, device));
    for (const sentence of SENTENCES) {
      await run(["predict", "fill-mask", "--checkpoint", model, "--device", device, sentence]);
    }
    const eras = `${output}/eras`;
    const passages = await writePassages(eras);
    console.error(
      `\nFine-tuning on the era of a passage: ${passages.train} passages for training, ${passages.dev} of other speeches for validation`,
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
    console.log(await finetuningResults(runs, passages));
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
