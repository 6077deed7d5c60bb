/**
 * A finetuned checkpoint for typed text.
 *
 * @module
 */
import { type Device, openDevice } from "../../../src/device/mod.ts";
import type { Encoder, ModelConfig } from "../../../src/model/mod.ts";
import type { Tokenizer } from "../../../src/text/mod.ts";
import {
  type FinetuneExample,
  loadFinetuned,
  predictAll,
  type TaskHead,
  taskModel,
} from "../../../src/train/mod.ts";
import type { GlobalFlags } from "../options.ts";
import { openCheckpoint } from "../open_checkpoint.ts";

/** Texts that the device holds at once. */
const BATCH = 16;

/** A model that predicts. */
export interface PredictingModel<E extends FinetuneExample, O> {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  /** Longest sequence that it takes. */
  readonly maxLength: number;
  predict(examples: readonly E[]): Promise<O[]>;
}

/** Opens device and checkpoint, lets `use` work with them, and closes both. */
export async function withModel<E extends FinetuneExample, O>(
  flags: GlobalFlags & { readonly checkpoint: string },
  headOf: (config: ModelConfig) => TaskHead<E, O>,
  use: (model: PredictingModel<E, O>) => Promise<void>,
): Promise<void> {
  const { config, weights, tokenizer } = await openCheckpoint(flags.checkpoint, flags);
  const head = headOf(config);
  const device: Device = await openDevice({ device: flags.device, blas: flags.blas });
  try {
    const encoder: Encoder = taskModel(device, config, head, { trainable: false });
    loadFinetuned(encoder, head, weights);
    const maxLength = config.maxPositionEmbeddings;
    await use({
      config,
      tokenizer,
      maxLength,
      predict: (examples) => predictAll(device, encoder, head, examples, BATCH, maxLength),
    });
  } finally {
    await device.destroy();
  }
}

/**
 * The logits as they are.
 *
 * @param text that they are of
 * @throws {RangeError} for NaN or infinity, naming the text.
 */
export function checkedLogits(logits: Float32Array, text: string): Float32Array {
  if (logits.every(Number.isFinite)) return logits;
  throw new RangeError(`${JSON.stringify(text)}: the model gave ${logits.join(", ")}`);
}

/** A text that was typed, or each line of standard input. */
export async function typedLines(given: string | undefined): Promise<string[]> {
  if (given !== undefined) return [given];
  const input = await new Response(Deno.stdin.readable).text();
  return input.split("\n").filter((line) => line.trim() !== "");
}
