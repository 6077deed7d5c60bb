/** The pretraining run that faults are tried on. */
import type { TrainingRun, Undisturbed } from "./training_kills.ts";
import type { Workbench } from "./workbench.ts";

const STEPS = 60;
const EVAL_STEPS = 10;

/** The words that start the run which all faults are tried on. */
export function pretrainWords(bench: Workbench, output: string): string[] {
  return [
    ...["pretrain", "--config", "smoke", "--data", `${bench.folder}/data`, "--output", output],
    ...["--steps", `${STEPS}`, "--batch-size", "4", "--save-steps", "5", "--dropout", "0.1"],
    ...["--eval-steps", `${EVAL_STEPS}`, "--eval-examples", "200", "--logging-steps", "5"],
    ...["--keep-best", "--device", "cpu"],
  ];
}

const undisturbed = new WeakMap<Workbench, Promise<Undisturbed>>();

/** Prepares data and makes the run that nothing happens to, unless they are there. */
export function undisturbedRun(bench: Workbench): Promise<Undisturbed> {
  const made = undisturbed.get(bench) ?? makeUndisturbed(bench);
  undisturbed.set(bench, made);
  return made;
}

async function makeUndisturbed(bench: Workbench): Promise<Undisturbed> {
  const path = `${bench.folder}/undisturbed`;
  await bench.succeed(
    ...["prepare", "--input", "text.txt", "--vocab", "spiece.model", "--output", "data"],
    ...["--validation-fraction", "0.1"],
  );
  const start = performance.now();
  await bench.succeed(...pretrainWords(bench, path));
  return { path, time: performance.now() - start };
}

/** What `killTraining` needs to know of it. */
export const PRETRAIN: TrainingRun = {
  name: "pretrain",
  words: pretrainWords,
  evalSteps: EVAL_STEPS,
  undisturbed: undisturbedRun,
};
