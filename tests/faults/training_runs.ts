/** The training runs in which faults are injected. */
import { runDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import type { Baseline, TrainingRun } from "./training_kills.ts";
import { namesIn, waitUntil, type Workbench } from "./workbench.ts";

const STEPS = 60;
const EVAL_STEPS = 10;

/** Arguments of the pretraining run. */
export function pretrainArgs(bench: Workbench, output: string): string[] {
  return [
    ...["pretrain", "--config", "smoke", "--data", `${bench.folder}/data`, "--output", output],
    ...["--steps", `${STEPS}`, "--batch-size", "4", "--save-steps", "5", "--dropout", "0.1"],
    ...["--eval-steps", `${EVAL_STEPS}`, "--eval-examples", "200", "--logging-steps", "5"],
    ...["--keep-best", "--device", "cpu"],
  ];
}

const pretrainings = new WeakMap<Workbench, Promise<Baseline>>();

/** Prepares the data and the uninterrupted pretraining run once. */
export function baselineRun(bench: Workbench): Promise<Baseline> {
  const made = pretrainings.get(bench) ?? makePretraining(bench);
  pretrainings.set(bench, made);
  return made;
}

async function makePretraining(bench: Workbench): Promise<Baseline> {
  const path = `${bench.folder}/baseline`;
  await bench.succeed(
    ...["prepare", "--input", "text.txt", "--vocab", "spiece.model", "--output", "data"],
    ...["--validation-fraction", "0.1"],
  );
  const start = performance.now();
  await bench.succeed(...pretrainArgs(bench, path));
  return { path, time: performance.now() - start };
}

/** The pretraining run. */
export const PRETRAIN: TrainingRun = {
  name: "pretrain",
  args: pretrainArgs,
  evalSteps: EVAL_STEPS,
  baseline: baselineRun,
};

const BATCH = 4;

const finetunings = new WeakMap<Workbench, Promise<Baseline>>();

/** Arguments of the fine-tuning run, which starts from the best pretrained checkpoint. */
export function finetuneArgs(bench: Workbench, output: string): string[] {
  const { folder } = bench;
  return [
    ...["finetune", "glue", "--task", "sst-2", "--data", `${folder}/glue`, "--device", "cpu"],
    ...["--checkpoint", `${folder}/baseline`, "--output", output, "--max-steps", `${STEPS}`],
    ...["--batch-size", `${BATCH}`, "--max-seq-length", "32", "--learning-rate", "0.01"],
    ...["--save-steps", "10", "--eval-steps", `${EVAL_STEPS}`, "--logging-steps", "5"],
  ];
}

/** Prepares the data and the uninterrupted fine-tuning run once. */
export function baselineFinetuning(bench: Workbench): Promise<Baseline> {
  const made = finetunings.get(bench) ?? makeFinetuning(bench);
  finetunings.set(bench, made);
  return made;
}

async function makeFinetuning(bench: Workbench): Promise<Baseline> {
  await baselineRun(bench);
  await Deno.mkdir(`${bench.folder}/glue`);
  await Deno.writeTextFile(`${bench.folder}/glue/train.tsv`, rows("cat", STEPS * BATCH));
  await Deno.writeTextFile(`${bench.folder}/glue/dev.tsv`, rows("dog", 200));
  const path = `${bench.folder}/finetuned`;
  const start = performance.now();
  await bench.succeed(...finetuneArgs(bench, path));
  return { path, time: performance.now() - start };
}

/** Sentences about an animal. The label is whether it runs or sits. */
function rows(animal: string, count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const does = i % 2 === 0 ? "ran" : "sat";
    return `the ${animal} zebra${i % 9} ${does} on ${"the mat ".repeat(1 + i % 4)}\t${i % 2}`;
  });
  return ["sentence\tlabel", ...lines, ""].join("\n");
}

/** Leaves a partial predictions file, as after a kill during writing. The resumed run must remove it. */
export async function leavePredictions(bench: Workbench): Promise<Tally> {
  const tally = new Tally("finetune glue, partial predictions file");
  const { path } = await baselineFinetuning(bench);
  const run = bench.newPath("partial");
  const running = bench.start(finetuneArgs(bench, run));
  await waitUntil(() => namesIn(run).includes("predictions"), running);
  running.kill("SIGKILL");
  await running.ended;
  await Deno.writeTextFile(`${run}/predictions/SST-2.tsv.1-0a1b2c3d.tmp`, "index\tpre");
  const { code, stderr } = await bench.albert("finetune", "glue", "--output", run, "--resume");
  const difference = code === 0 ? await runDifference(path, run, { stopped: false }) : stderr;
  if (difference === null) tally.pass("same bytes", code);
  else tally.fail(difference, code);
  return tally;
}

/** The fine-tuning run. */
export const FINETUNE: TrainingRun = {
  name: "finetune glue",
  args: finetuneArgs,
  evalSteps: EVAL_STEPS,
  baseline: baselineFinetuning,
};
