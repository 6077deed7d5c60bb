/**
 * A published or pretrained checkpoint as the start of another task, or a finetuned one as it is.
 *
 * @module
 */
import { ConfigError, type Encoder, initialize, loadWeights } from "../model/mod.ts";
import type { Safetensors } from "../weights/mod.ts";
import type { FinetuneExample, TaskHead } from "./finetune_task.ts";

/** Which tensors came from the checkpoint, and which did not. */
export interface TaskLoadReport {
  /** Initialized: the checkpoint lacks them, or has them for another task. */
  readonly fresh: readonly string[];
  /** In the checkpoint, without use here. */
  readonly unused: readonly string[];
}

/**
 * Loads the encoder and as much of the head as fits; what is new is initialized from the seed. A head fits when its shapes and its `id2label` do.
 *
 * @throws {ConfigError} when the checkpoint lacks a tensor of the encoder, or has it in another shape.
 */
export function startFrom<E extends FinetuneExample, O>(
  model: Encoder,
  task: TaskHead<E, O>,
  weights: Safetensors,
  seed: number,
): TaskLoadReport {
  const { config, parameters } = model;
  const head = task.headSpecs(config);
  const sameLabels = JSON.stringify(config.extra?.id2label) ===
    JSON.stringify(task.configExtra.id2label);
  const fits = sameLabels &&
    head.every(({ name, shape }) => weights.tensors.get(name)?.shape.join() === shape.join());
  const tensors = new Map(weights.tensors);
  if (!fits) head.forEach(({ name }) => tensors.delete(name));
  const { missing, unexpected } = loadWeights(parameters, { ...weights, tensors });
  const fresh = new Set(missing.map(({ name }) => name));
  const own = new Set([...head.map(({ name }) => name), ...poolerNames(missing)]);
  const absent = [...fresh].find((name) => !own.has(name));
  if (absent !== undefined) throw new ConfigError(`the checkpoint lacks tensor ${absent}`);
  initialize(parameters, seed, config.initializerRange, ({ name }) => fresh.has(name));
  const refused = fits
    ? []
    : head.map(({ name }) => name).filter((name) => weights.tensors.has(name));
  return { fresh: [...fresh], unused: [...unexpected, ...refused] };
}

/** A masked language model is saved without a pooler; then it starts anew with the head. */
function poolerNames(missing: readonly { readonly name: string }[]): string[] {
  return missing.map(({ name }) => name).filter((name) => name.includes(".pooler."));
}

/**
 * Loads a finetuned model whole.
 *
 * @throws {ConfigError} naming the first tensor that the checkpoint lacks or has in another shape.
 */
export function loadFinetuned<E extends FinetuneExample, O>(
  model: Encoder,
  task: TaskHead<E, O>,
  weights: Safetensors,
): void {
  const { missing } = loadWeights(model.parameters, weights);
  if (missing.length === 0) return;
  throw new ConfigError(
    `the checkpoint was not finetuned for ${task.name}: it lacks tensor ${
      missing.at(-1)!.name
    }; run finetune first`,
  );
}
