/**
 * A task's held-out sets, predicted and judged.
 *
 * @module
 */
import type { Device } from "../device/mod.ts";
import { type ProcessGroup, SINGLE_PROCESS_GROUP } from "../distributed/mod.ts";
import type { Encoder } from "../model/mod.ts";
import type { NamedReview } from "../runs/mod.ts";
import { predictAll } from "./predict_all.ts";
import type { FinetuneExample, FinetuneTask } from "./finetune_task.ts";

/** Metrics and prediction files of all held-out sets. */
export interface TaskEvaluation {
  /** `accuracy`, and `accuracy_mm` for a set of its own name. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Prediction files by name. */
  readonly files: ReadonlyMap<string, string>;
  /** Of each held-out set, in order. */
  readonly reviews: readonly NamedReview[];
}

/** Predicts every held-out set and judges it. Collective where there are several ranks. */
export async function evaluateTask<E extends FinetuneExample, O>(
  device: Device,
  encoder: Encoder,
  task: FinetuneTask<E, O>,
  batchSize: number,
  maxLength: number,
  group: ProcessGroup = SINGLE_PROCESS_GROUP,
): Promise<TaskEvaluation> {
  const metrics: Record<string, number> = {};
  const files = new Map<string, string>();
  const reviews: NamedReview[] = [];
  for (const set of task.heldOut) {
    const outputs = await predictAll(
      device,
      encoder,
      task,
      set.examples,
      batchSize,
      maxLength,
      undefined,
      group,
    );
    const evaluation = task.evaluate(set, outputs);
    for (const [name, value] of Object.entries(evaluation.metrics)) {
      metrics[set.name === "" ? name : `${name}_${set.name}`] = value;
    }
    for (const [name, text] of evaluation.files) files.set(name, text);
    reviews.push({ name: set.name, ...evaluation.review });
  }
  return { metrics, files, reviews };
}
