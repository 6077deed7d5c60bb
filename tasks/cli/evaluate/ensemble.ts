/**
 * Logits of one finetuned checkpoint or the mean of several, one after the other on the device.
 *
 * @module
 */
import { type Device, openDevice } from "../../../src/device/mod.ts";
import type { ModelConfig } from "../../../src/model/mod.ts";
import type { Tokenizer } from "../../../src/text/mod.ts";
import {
  type FinetuneExample,
  loadFinetuned,
  predictAll,
  type TaskHead,
  taskModel,
} from "../../../src/train/mod.ts";
import type { GlobalFlags } from "../options.ts";
import { openCheckpoint, type OpenedCheckpoint } from "../open_checkpoint.ts";

/** A checkpoint on the device, and how it sees text. */
export interface OpenedModel {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
  readonly maxSeqLength: number;
}

/** What is predicted, for every checkpoint anew: they may cut text differently. */
export interface LogitsRequest<E extends FinetuneExample> {
  readonly head: TaskHead<E, Float32Array>;
  readonly batchSize: number;
  /** The checkpoint's own where absent. */
  readonly maxSeqLength?: number;
  /** Lays the examples out. */
  encode(model: OpenedModel): readonly E[];
  /** Brings a checkpoint's logits into the task's order. */
  arrange(logits: Float32Array, config: ModelConfig): Float32Array;
}

/** Tokens of a sequence where neither flag nor checkpoint says. */
const DEFAULT_LENGTH = 512;

/** Mean logits of every example. */
export async function meanLogits<E extends FinetuneExample>(
  checkpoints: readonly string[],
  options: Pick<GlobalFlags, "device" | "blas" | "quiet">,
  request: LogitsRequest<E>,
): Promise<Float32Array[]> {
  const device = await openDevice({ device: options.device, blas: options.blas });
  try {
    let sum: Float32Array[] | null = null;
    for (const checkpoint of checkpoints) {
      const opened = await openCheckpoint(checkpoint, options);
      const logits = await logitsOf(device, opened, request);
      sum = sum === null
        ? logits
        : sum.map((row, i) => row.map((value, k) => value + logits[i][k]));
    }
    return sum!.map((row) => row.map((value) => value / checkpoints.length));
  } finally {
    await device.destroy();
  }
}

async function logitsOf<E extends FinetuneExample>(
  device: Device,
  { config, weights, tokenizer }: OpenedCheckpoint,
  { head, batchSize, maxSeqLength, encode, arrange }: LogitsRequest<E>,
): Promise<Float32Array[]> {
  const trained = Number(config.extra?.max_seq_length ?? DEFAULT_LENGTH);
  const length = Math.min(maxSeqLength ?? trained, config.maxPositionEmbeddings);
  const model = taskModel(device, config, head, { trainable: false });
  try {
    loadFinetuned(model, head, weights);
    const examples = encode({ config, tokenizer, maxSeqLength: length });
    const logits = await predictAll(device, model, head, examples, batchSize, length);
    return logits.map((row) => arrange(row, config));
  } finally {
    model.parameters.free();
  }
}
