/**
 * `deno task demo`: continues the pretraining of a small ALBERT on plain text and fine-tunes it in a few minutes, with the commands that a user would run.
 */
import { Command, EnumType } from "@cliffy/command";
import { onInterrupt } from "./cli/interrupt.ts";
import { DEVICES } from "./cli/options.ts";
import { wrap } from "./cli/progress.ts";
import { showsColors, terminalColumns } from "./cli/terminal.ts";
import { report, runCli } from "./cli/run.ts";
import { hasShippedModel, SHIPPED_MODEL } from "../src/weights/mod.ts";
import { finetuningResults, isFinished, pretrainingResults } from "./demo/results.ts";
import { writePassages, writeSpeeches } from "./demo/texts.ts";

/** Chosen by experiment. */
const RECIPE = { vocabSize: 4000, batchSize: 64, validationFraction: 0.05 };
/** A model that has learned from other texts needs less, and keeps what it knows at a lower rate. */
const CONTINUED = {
  ...{ steps: 260, learningRate: 0.003, warmupSteps: 20 },
  examples: ["--max-seq-length", 32, "--masked-lm-prob", 0.4],
} as const;
/** A new model learns from context sooner with short sequences. */
const FROM_SCRATCH = {
  ...{ steps: 3600, learningRate: 0.014, warmupSteps: 270 },
  examples: ["--phases", "16:0.5,32:0.5", "--balanced-pairs"],
} as const;

/** Enough steps to show the benefit of pretraining. */
const FINETUNING = {
  steps: 75,
  evalSteps: 25,
  learningRate: 3e-4,
  batchSize: 32,
  maxSeqLength: 64,
};

const SENTENCES = [
  "The [MASK] of the United States is strong.",
  "I ask the [MASK] to pass this bill.",
  "We must work for peace in the [MASK].",
];

/** Commands that save on Ctrl-C and end by themselves. */
const SAVING = ["prepare", "pretrain", "finetune"];

interface Request {
  readonly device: typeof DEVICES[number];
  readonly output: string;
  readonly steps?: number;
  readonly initFrom?: string;
  readonly fromScratch?: boolean;
}

/** Runs the commands of the demo one after another, until one fails or the user stops them. */
class Commands {
  readonly #again: string;
  #running = "";
  #stopped = false;

  constructor({ output, initFrom, fromScratch }: Request) {
    this.#again = [
      "deno task demo",
      ...(output === DEFAULT_OUTPUT ? [] : ["--output", output]),
      ...(initFrom === undefined ? [] : ["--init-from", initFrom]),
      ...(fromScratch ? ["--from-scratch"] : []),
    ].join(" ");
    onInterrupt(() => {
      this.#stopped = true;
      if (!SAVING.includes(this.#running)) this.exitIfStopped();
    });
  }

  /** Prints a command and runs it. Exits if it fails or is stopped. */
  async run(args: (string | number)[]): Promise<void> {
    this.exitIfStopped();
    const shown = args.map((arg) => /^[\w./:=-]+$/.test(`${arg}`) ? arg : `'${arg}'`);
    console.error(`\n${wrap(`$ albert ${shown.join(" ")}`, terminalColumns(), " \\")}`);
    this.#running = `${args[0]}`;
    const code = await runCli(args.map(String));
    this.#running = "";
    this.exitIfStopped();
    if (code !== 0) Deno.exit(code);
  }

  exitIfStopped(): void {
    if (!this.#stopped) return;
    console.error(`\nThe demo is stopped. Continue with: ${this.#again}`);
    Deno.exit(130);
  }
}

const DEFAULT_OUTPUT = "demo";

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** The model that the demo starts from; undefined for a new one. */
function startOf({ initFrom, fromScratch }: Request): string | undefined {
  return initFrom ?? (fromScratch || !hasShippedModel() ? undefined : SHIPPED_MODEL);
}

async function demo(request: Request): Promise<void> {
  const { device, output } = request;
  const initFrom = startOf(request);
  const { steps, learningRate, warmupSteps, examples } = {
    ...(initFrom === undefined ? FROM_SCRATCH : CONTINUED),
    ...(request.steps !== undefined && { steps: request.steps }),
  };
  const started = performance.now();
  const commands = new Commands(request);
  const compute = ["--device", device];
  const fill = (model: string, sentence: string) =>
    commands.run([
      ...["predict", "fill-mask", ...(model === SHIPPED_MODEL ? [] : ["--checkpoint", model])],
      ...[...compute, sentence],
    ]);
  const [text, vocabulary, data, model] = ["text", "vocabulary", "data", "run"].map((name) =>
    `${output}/${name}`
  );
  const resumed = await exists(`${model}/checkpoints/latest`);
  const finished = resumed && await isFinished(model);
  if (initFrom !== undefined && !resumed) {
    console.error(
      initFrom === SHIPPED_MODEL
        ? `The demo starts from ${SHIPPED_MODEL}, which comes with the package and was pretrained on books.`
        : `The demo starts from ${initFrom}.`,
    );
    console.error("What the model predicts before it reads a speech:");
    await fill(initFrom, SENTENCES[0]);
  }
  if (!await exists(text)) {
    console.error("Text: State of the Union addresses from 1790 to 2021 (public domain)");
    const count = await writeSpeeches(text);
    console.error(`${count} speeches written to ${text}`);
  }
  if (initFrom === undefined && !await exists(`${vocabulary}/spiece.model`)) {
    await commands.run([
      ...["vocab", "train", "--input", text, "--vocab-size", RECIPE.vocabSize],
      ...["--output", vocabulary],
    ]);
  }
  if (!await exists(`${data}/index.json`)) {
    await commands.run([
      ...["prepare", "--input", text, "--vocab", initFrom ?? vocabulary, "--output", data],
      ...["--validation-fraction", RECIPE.validationFraction],
    ]);
  }
  if (!finished) {
    await commands.run(
      resumed ? ["pretrain", "--output", model, "--resume"] : [
        ...[
          "pretrain",
          ...(initFrom === undefined ? ["--config", "nano"] : ["--init-from", initFrom]),
        ],
        ...["--data", data, "--output", model, "--steps", steps],
        ...["--batch-size", RECIPE.batchSize, ...examples],
        ...["--learning-rate", learningRate, "--warmup-steps", Math.min(warmupSteps, steps)],
        ...["--eval-steps", steps],
        ...["--validation-fraction", RECIPE.validationFraction, ...compute],
      ],
    );
  }
  console.log(await pretrainingResults(data, model, RECIPE.validationFraction, device));
  for (const sentence of SENTENCES) await fill(model, sentence);
  const eras = `${output}/eras`;
  const passages = await writePassages(eras);
  console.error(
    `\nFine-tuning on the era of a passage: ${passages.train} passages for training, ${passages.dev} of other speeches for validation`,
  );
  const runs = { pretrained: `${output}/finetuned`, untrained: `${output}/untrained` };
  for (const folder of Object.values(runs)) {
    await commands.run([
      ...["finetune", "text", "--data", eras, "--checkpoint", model, "--output", folder],
      ...(folder === runs.untrained ? ["--from-scratch"] : []),
      ...["--max-steps", FINETUNING.steps, "--eval-steps", FINETUNING.evalSteps],
      ...["--learning-rate", FINETUNING.learningRate, "--batch-size", FINETUNING.batchSize],
      ...["--max-seq-length", FINETUNING.maxSeqLength, ...compute],
      ...(await exists(`${folder}/checkpoints/latest`) ? ["--resume"] : []),
    ]);
  }
  console.log(await finetuningResults(runs, passages));
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `\nmodel   ${model}/checkpoints (a Hugging Face folder)\nreport  ${model}/report.html, ${runs.pretrained}/report.html`,
  );
  console.log(
    `time    ${Math.floor(seconds / 60)}:${String(Math.round(seconds % 60)).padStart(2, "0")}${
      resumed ? " since this start" : ""
    }`,
  );
  console.log(
    `\nThe demo is finished. To start over, delete ${output} or choose another --output.`,
  );
}

const command = new Command()
  .help({ colors: showsColors() })
  .throwErrors()
  .name("demo")
  .description(
    "Continue the pretraining of a small ALBERT on real text, and fine-tune it.\nCtrl-C saves and stops; the next run continues.",
  )
  .type("device", new EnumType(DEVICES))
  .option("--device <name:device>", "Device to use.", { default: "auto" as const })
  .option("--output <folder:string>", "Folder for all files.", { default: DEFAULT_OUTPUT })
  .option(
    "--steps <n:integer>",
    `Number of pretraining steps (default: ${CONTINUED.steps}, or ${FROM_SCRATCH.steps} with --from-scratch).`,
  )
  .option(
    "--init-from <folder:string>",
    `Model to continue from (default: ${SHIPPED_MODEL}, the model of the package).`,
    { conflicts: ["from-scratch"] },
  )
  .option("--from-scratch", "Train a vocabulary and a new model instead.")
  .action((request) => demo(request));

try {
  await command.parse(Deno.args);
} catch (error) {
  Deno.exitCode = report(error);
}
Deno.exit();
