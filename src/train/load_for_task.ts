/**
 * Loading a checkpoint for fine-tuning, or a fine-tuned one for prediction.
 *
 * @module
 */
import {
  architectureOf,
  ConfigError,
  type Encoder,
  initialize,
  loadWeights,
} from "../model/mod.ts";
import type { Safetensors } from "../weights/mod.ts";
import { checkClassifier } from "./convert_heads.ts";
import type { FinetuneExample, TaskHead } from "./finetune_task.ts";

/** The tensors that were not loaded. */
export interface TaskLoadReport {
  /** Newly initialized parameters: missing in the checkpoint, or those of a head for another task. */
  readonly initialized: readonly string[];
  /** Tensors of the checkpoint that are not used. */
  readonly unexpected: readonly string[];
}

/**
 * Loads the encoder, and the head if its shapes and its `id2label` match; otherwise the head is initialized from the seed.
 *
 * @throws {ConfigError} if a tensor of the encoder is missing or has another shape.
 */
export function startFrom<E extends FinetuneExample, O>(
  model: Encoder,
  task: TaskHead<E, O>,
  weights: Safetensors,
  seed: number,
): TaskLoadReport {
  const { config, parameters } = model;
  const head = task.headSpecs(config);
  const saved = JSON.stringify(config.extra?.id2label);
  const sameLabels = saved === JSON.stringify(task.configExtra.id2label) ||
    task.otherLabels !== undefined && saved === JSON.stringify({ ...task.otherLabels });
  const fits = sameLabels &&
    head.every(({ name, shape }) => weights.tensors.get(name)?.shape.join() === shape.join());
  const tensors = new Map(weights.tensors);
  if (!fits) head.forEach(({ name }) => tensors.delete(name));
  const { missing, unexpected } = loadWeights(parameters, { ...weights, tensors });
  const initialized = new Set(missing.map(({ name }) => name));
  // A masked language model is saved without a pooler; it is initialized like the head.
  const own = new Set(head.map(({ name }) => name));
  const absent = [...initialized].find((name) => !own.has(name) && !name.includes(".pooler."));
  if (absent !== undefined) throw new ConfigError(`the checkpoint lacks tensor ${absent}`);
  initialize(parameters, seed, config.initializerRange, ({ name }) => initialized.has(name));
  const rejected = fits
    ? []
    : head.map(({ name }) => name).filter((name) => weights.tensors.has(name));
  return { initialized: [...initialized], unexpected: [...unexpected, ...rejected] };
}

/** Classes of transformers whose heads may have tensors of the same names and shapes. */
const TASK_CLASS = /For(?:SequenceClassification|TokenClassification|MultipleChoice)$/;

/**
 * Loads a fine-tuned model.
 *
 * @throws {ConfigError} if config.json names the class of another task, or a tensor is missing or has another shape, with its name.
 */
export function loadFinetuned<E extends FinetuneExample, O>(
  model: Encoder,
  task: TaskHead<E, O>,
  weights: Safetensors,
): void {
  const [said] = (model.config.extra?.architectures ?? []) as unknown[];
  const needed = task.architecture(model.config);
  const [other] = TASK_CLASS.exec(`${said}`) ?? [];
  if (other !== undefined && TASK_CLASS.test(needed) && !needed.endsWith(other)) {
    throw new ConfigError(
      `the checkpoint is of class ${said}, but ${task.name} needs class ${needed}`,
    );
  }
  if (task.headSpecs(model.config).some(({ name }) => name === "classifier.weight")) {
    checkClassifier(model.config, weights);
  }
  const { missing } = loadWeights(model.parameters, weights);
  if (missing.length === 0) return;
  const { names } = architectureOf(model.config);
  const head = new Set(task.headSpecs(model.config).map(({ name }) => name));
  const lost = missing.find(({ name }) => !head.has(name) && !name.startsWith(names.pooler));
  if (lost !== undefined) throw new ConfigError(`the checkpoint lacks tensor ${lost.name}`);
  throw new ConfigError(
    `the checkpoint was not fine-tuned for ${task.name}: it lacks tensor ${
      missing.at(-1)!.name
    }; run finetune first`,
  );
}
