/**
 * Checks the steps of a preset one by one, and keeps the results in a file, so that the same command continues.
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import { atomicWriteFile, takeLock } from "../../../src/files/mod.ts";
import { formatBytes, isObject } from "../../../src/json/mod.ts";
import type { Experiment } from "../experiment.ts";
import { EXPERIMENTS } from "../experiments/mod.ts";
import { type JsonFileKind, readJsonFile } from "../json_file.ts";
import { type CheckedStep, checkedSteps } from "./checked_step.ts";
import { checkTable } from "./check_table.ts";
import { type Preset, trainingFlops } from "../presets/mod.ts";
import { runCheckedStep, type StepResult } from "./run_step.ts";
import { StepObjectives } from "./step_objective.ts";

/** Results by step. */
export interface CheckResults {
  readonly version: 1;
  readonly preset: string;
  readonly steps: Readonly<Record<string, StepResult>>;
}

const RESULTS: JsonFileKind<CheckResults> = {
  isValid: ({ version, steps }) => version === 1 && isObject(steps),
  expected: "version 1 and steps",
  fix: "delete it and run the check again",
};

/** What to check. */
export interface CheckRequest {
  /** Folder for PRESET.json and PRESET.md. */
  readonly output: string;
  readonly preset: Preset;
  readonly experiments: readonly Experiment[];
  /** Opens the device; called once per step, because the peak of its memory cannot be reset. */
  open(): Promise<Device>;
  log(line: string): void;
  stopRequested(): boolean;
}

/** Number of steps. */
export interface CheckSummary {
  /** Completed two optimizer steps. */
  readonly completed: number;
  /** Lack a resource on this machine. */
  readonly lacking: number;
  /** Not checked yet. */
  readonly left: number;
}

/** Checks all steps that are not completed yet; those that lacked a resource are tried again, since the device may be another one. */
export async function checkExperiments(request: CheckRequest): Promise<CheckSummary> {
  const { output, preset, experiments, log, stopRequested } = request;
  // The file lists all rows that need a step, not only those of the named experiments.
  const all = checkedSteps(preset, EXPERIMENTS);
  const own = new Set(checkedSteps(preset, experiments).map(({ id }) => id));
  // The cheapest first, so that most results come early.
  const steps = all.filter(({ id }) => own.has(id))
    .toSorted((a, b) => stepFlops(a) - stepFlops(b));
  const path = `${output}/${preset.name}`;
  await Deno.mkdir(output, { recursive: true });
  using _lock = await takeLock(`${output}/.${preset.name}.lock`).then((lock) => ({
    [Symbol.dispose]: () => lock.close(),
  }));
  const earlier = await readJsonFile(`${path}.json`, RESULTS);
  const results = new Map(Object.entries(earlier?.steps ?? {}));
  const objectives = new StepObjectives();
  const completed = (step: CheckedStep) => isCompleted(results.get(step.id));
  // The table exists even if nothing is left to check, or the check stops before its first step.
  await write(path, preset, all, results);
  try {
    for (const step of steps.filter((each) => !completed(each))) {
      if (stopRequested()) break;
      log(`[${steps.filter(completed).length}/${steps.length}] ${step.label} …`);
      const result = await checkOne(request, step, objectives);
      if (result === null) break;
      log(`[${steps.filter(completed).length}/${steps.length}] ${outcome(result)}`);
      results.set(step.id, result);
      await write(path, preset, all, results);
    }
  } finally {
    await objectives.close();
  }
  const known = steps.flatMap(({ id }) => results.get(id) ?? []);
  const done = known.filter(isCompleted).length;
  return {
    completed: done,
    lacking: known.length - done,
    left: steps.length - known.length,
  };
}

async function checkOne(
  { open, stopRequested }: CheckRequest,
  step: CheckedStep,
  objectives: StepObjectives,
): Promise<StepResult | null> {
  const device = await open();
  try {
    return await runCheckedStep(device, step, await objectives.of(step), stopRequested);
  } finally {
    await device.destroy();
  }
}

/** Arithmetic of a step with one example. */
function stepFlops({ config, sequenceLength }: CheckedStep): number {
  return trainingFlops(config, 1, sequenceLength);
}

function isCompleted(result: StepResult | undefined): boolean {
  return result !== undefined && result.missing === undefined;
}

function outcome({ label, missing, seconds, losses, peakBytes }: StepResult): string {
  if (missing !== undefined) return `${label}: ${missing}`;
  const [before, after] = losses!;
  return `${label}: loss ${before.toFixed(3)}, then ${after.toFixed(3)}; ${
    seconds![1].toFixed(1)
  } s per step, ${formatBytes(peakBytes!)}`;
}

/** Writes the results of all current steps in their order; a changed preset has other steps. */
async function write(
  path: string,
  { name }: Preset,
  all: readonly CheckedStep[],
  results: ReadonlyMap<string, StepResult>,
): Promise<void> {
  const steps = all.flatMap(({ id, label, rows }): [string, StepResult][] => {
    const result = results.get(id);
    return result === undefined ? [] : [[id, { ...result, label, rows }]];
  });
  const content: CheckResults = { version: 1, preset: name, steps: Object.fromEntries(steps) };
  await atomicWriteFile(`${path}.json`, `${JSON.stringify(content, null, 2)}\n`);
  await atomicWriteFile(
    `${path}.md`,
    checkTable(name, steps.map(([, result]) => result), all.length - steps.length),
  );
}
