/**
 * The objective and the largest micro-batch of a checked step, on synthetic examples of full length.
 *
 * @module
 */
import { loadTokenizer } from "../../../src/text/disk/mod.ts";
import {
  largestPretrainingBatch,
  PRETRAINING,
  type PretrainingStepBatch,
} from "../../../src/pretraining/mod.ts";
import {
  type FinetuneExample,
  finetuneSettings,
  finetuningTask,
  type Objective,
  type Sequence,
  type TaskBatch,
} from "../../../src/train/mod.ts";
import { preparePaperData } from "../data/prepare_data.ts";
import { benchmarkTask } from "../jobs/benchmark_task.ts";
import { SMOKE } from "../presets/smoke.ts";
import type { CheckedStep, FinetuningStep } from "./checked_step.ts";

/** An objective with its data. */
export interface StepObjective<B extends TaskBatch = TaskBatch> {
  readonly objective: Objective<B>;
  /** A micro-batch of this number of full-length examples. */
  batch(examples: number): B;
}

/** Creates objectives. */
export class StepObjectives {
  /** Synthetic benchmarks, made when the first fine-tuning step needs them. */
  #benchmarks: Promise<{ readonly folder: string; readonly root: string }> | undefined;

  /** The objective of a step. */
  async of(step: CheckedStep): Promise<StepObjective<TaskBatch>> {
    // The types of batches differ between objectives; an objective only receives its own.
    const made: unknown = step.kind === "pretrain"
      ? pretraining(step)
      : await this.#finetuning(step);
    return made as StepObjective<TaskBatch>;
  }

  /** Deletes the synthetic data. */
  async close(): Promise<void> {
    const made = await this.#benchmarks?.catch(() => undefined);
    if (made !== undefined) await Deno.remove(made.folder, { recursive: true });
  }

  async #finetuning(step: FinetuningStep) {
    const { folder, root } = await (this.#benchmarks ??= synthesizeBenchmarks());
    const { benchmark, config, sequenceLength, size, learningRate } = step;
    const { task } = await benchmarkTask({
      root,
      without: [],
      benchmark,
      size: { ...size, maxTrainSamples: 8, maxEvalSamples: 1 },
      tokenizer: await loadTokenizer(`${folder}/data/vocabulary`),
      log: () => {},
    });
    const train = task.train.map((example: FinetuneExample) => lengthened(example, sequenceLength));
    const settings = finetuneSettings({
      ...size.recipe,
      learningRate,
      maxSteps: 2,
      epochs: undefined,
      warmupSteps: undefined,
    }, train.length);
    const objective = finetuningTask({ ...task, train }, { config, settings });
    return { objective, batch: (examples: number) => objective.largestBatch(config, examples) };
  }
}

function pretraining(
  { config, sequenceLength, maxPredictions }: Extract<CheckedStep, { kind: "pretrain" }>,
): StepObjective<PretrainingStepBatch> {
  const shape = { sequenceLength, maxPredictions, padId: config.padTokenId };
  return {
    objective: PRETRAINING,
    batch: (examples) => largestPretrainingBatch(config, examples, shape),
  };
}

async function synthesizeBenchmarks(): Promise<{ folder: string; root: string }> {
  const folder = await Deno.makeTempDir({ prefix: "albert-check-" });
  const request = { output: folder, preset: SMOKE, seed: 42, standIns: [], without: [] };
  const { root } = await preparePaperData({ ...request, log: () => {} });
  return { folder, root };
}

/** The example with tokens inserted before the last `[SEP]`, so that its sequences have full length. */
function lengthened<E extends FinetuneExample>(example: E, length: number): E {
  return { ...example, sequences: example.sequences.map((each) => longer(each, length)) };
}

function longer({ ids, typeIds }: Sequence, length: number): Sequence {
  const last = ids.length - 1;
  const at = (values: ArrayLike<number>) => (_: unknown, i: number) =>
    i === length - 1 ? values[last] : values[i < last ? i : 1 + i % (last - 1)];
  return {
    ids: Uint32Array.from({ length }, at(ids)),
    typeIds: Uint8Array.from(
      { length },
      (_, i) => typeIds[Math.min(i, last)],
    ),
  };
}
