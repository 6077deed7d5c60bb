/** The finetuning run that faults are tried on. */
import { undisturbedRun } from "./pretraining.ts";
import type { TrainingRun, Undisturbed } from "./training_kills.ts";
import { runDifference } from "./same_bytes.ts";
import { Tally } from "./tally.ts";
import { namesIn, until, type Workbench } from "./workbench.ts";

const STEPS = 60;
const EVAL_STEPS = 10;
const BATCH = 4;

/** The words that start it, from the pretrained run's best checkpoint. */
export function finetuneWords(bench: Workbench, output: string): string[] {
  const { folder } = bench;
  return [
    ...["finetune", "glue", "--task", "sst-2", "--data", `${folder}/glue`, "--device", "cpu"],
    ...["--checkpoint", `${folder}/undisturbed`, "--output", output, "--max-steps", `${STEPS}`],
    ...["--batch-size", `${BATCH}`, "--max-seq-length", "32", "--learning-rate", "0.01"],
    ...["--save-steps", "10", "--eval-steps", `${EVAL_STEPS}`, "--logging-steps", "5"],
  ];
}

const undisturbed = new WeakMap<Workbench, Promise<Undisturbed>>();

/** Writes the task's files and makes the run that nothing happens to, unless they are there. */
export function undisturbedFinetuning(bench: Workbench): Promise<Undisturbed> {
  const made = undisturbed.get(bench) ?? makeUndisturbed(bench);
  undisturbed.set(bench, made);
  return made;
}

async function makeUndisturbed(bench: Workbench): Promise<Undisturbed> {
  await undisturbedRun(bench);
  await Deno.mkdir(`${bench.folder}/glue`);
  await Deno.writeTextFile(`${bench.folder}/glue/train.tsv`, rows("cat", STEPS * BATCH));
  await Deno.writeTextFile(`${bench.folder}/glue/dev.tsv`, rows("dog", 200));
  const path = `${bench.folder}/finetuned`;
  const start = performance.now();
  await bench.succeed(...finetuneWords(bench, path));
  return { path, time: performance.now() - start };
}

/** Sentences whose animal runs or sits: which of both is the label. */
function rows(animal: string, count: number): string {
  const lines = Array.from({ length: count }, (_, i) => {
    const does = i % 2 === 0 ? "ran" : "sat";
    return `the ${animal} zebra${i % 9} ${does} on ${"the mat ".repeat(1 + i % 4)}\t${i % 2}`;
  });
  return ["sentence\tlabel", ...lines, ""].join("\n");
}

/** Half a predictions file, as a kill in the middle of its writing leaves one: the run that goes on takes it away. */
export async function leavePredictions(bench: Workbench): Promise<Tally> {
  const tally = new Tally("finetune glue, half a predictions file");
  const { path } = await undisturbedFinetuning(bench);
  const run = bench.fresh("half");
  const running = bench.start(finetuneWords(bench, run));
  await until(() => namesIn(run).includes("predictions"), running);
  running.kill("SIGKILL");
  await running.ended;
  await Deno.writeTextFile(`${run}/predictions/SST-2.tsv.1-0a1b2c3d.tmp`, "index\tpre");
  const { code, stderr } = await bench.albert("finetune", "glue", "--output", run, "--resume");
  const difference = code === 0 ? await runDifference(path, run, { stopped: false }) : stderr;
  if (difference === null) tally.good("same bytes", code);
  else tally.lost(difference, code);
  return tally;
}

/** What `killTraining` needs to know of it. */
export const FINETUNE: TrainingRun = {
  name: "finetune glue",
  words: finetuneWords,
  evalSteps: EVAL_STEPS,
  undisturbed: undisturbedFinetuning,
};
