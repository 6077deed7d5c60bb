/**
 * A golden case: weights, a batch and what PyTorch computes from them.
 *
 * @module
 */
import { type ModelConfig, parseConfig } from "../../src/model/mod.ts";
import { IGNORED_LABEL } from "../../src/tensor/mod.ts";
import {
  parseSafetensors,
  type Safetensors,
  type StoredTensor,
  toFloat32,
  toInt32,
  type WritableTensor,
} from "../../src/weights/mod.ts";

/** Settings and results of twelve optimizer steps. */
export interface Trajectory {
  readonly optimizer: "lamb" | "adamw";
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weight_decay: number;
  readonly clip_norm: number;
  readonly peak_lr: number;
  readonly warmup_steps: number;
  readonly total_steps: number;
  readonly learning_rates: readonly number[];
  readonly losses: readonly number[];
  readonly gradient_norms: readonly number[];
}

/** The files of a case, parsed. */
export interface GoldenCase {
  readonly name: string;
  readonly config: ModelConfig;
  /** transformers' class, which says what the heads are. */
  readonly architecture: string;
  readonly weights: Safetensors;
  readonly batch: Batch;
  /** `expected.safetensors`, or `final.safetensors` of an optimizer case; empty where a case only asks. */
  readonly expected: ReadonlyMap<string, WritableTensor>;
  readonly trajectory?: Trajectory;
}

/** A case's inputs. */
export class Batch {
  readonly #file: Safetensors;
  readonly batch: number;
  readonly sequence: number;

  constructor(file: Safetensors) {
    this.#file = file;
    const shape = file.tensors.get("input_ids")?.shape;
    if (shape === undefined) throw new SyntaxError("batch.safetensors has no input_ids");
    this.sequence = shape.at(-1)!;
    this.batch = shape.slice(0, -1).reduce((product, size) => product * size, 1);
  }

  has(name: string): boolean {
    return this.#file.tensors.has(name);
  }

  /** Integers; −100 becomes the label that losses ignore. */
  integers(name: string): Uint32Array {
    const tensor = this.#file.tensors.get(name);
    if (tensor === undefined) throw new SyntaxError(`batch.safetensors has no ${name}`);
    return Uint32Array.from(
      toInt32(name, tensor),
      (value) => value === -100 ? IGNORED_LABEL : value,
    );
  }

  floats(name: string): Float32Array {
    return toFloat32(name, this.#file.tensors.get(name)!);
  }

  /** Tokens before the padding, from the attention mask. */
  lengths(): Uint32Array {
    const mask = this.integers("attention_mask");
    return Uint32Array.from({ length: this.batch }, (_, example) => {
      const row = mask.subarray(example * this.sequence, (example + 1) * this.sequence);
      const length = row.indexOf(0) < 0 ? this.sequence : row.indexOf(0);
      if (row.subarray(length).some((value) => value !== 0)) {
        throw new RangeError(`attention_mask of example ${example} has padding between tokens`);
      }
      return length;
    });
  }
}

/** Builds a case from its files' contents. */
export function parseCase(
  name: string,
  files: {
    readonly config: string;
    readonly weights: Uint8Array;
    readonly batch: Uint8Array;
    readonly expected?: Uint8Array;
    readonly trajectory?: string;
  },
): GoldenCase {
  const config = parseConfig(files.config);
  const expected = files.expected === undefined
    ? new Map<string, StoredTensor>()
    : parseSafetensors(files.expected).tensors;
  return {
    name,
    config,
    architecture: (config.extra?.architectures as string[])[0],
    weights: parseSafetensors(files.weights),
    batch: new Batch(parseSafetensors(files.batch)),
    expected: new Map(
      [...expected].map(([key, tensor]) => [
        key,
        { shape: tensor.shape, data: toFloat32(key, tensor) },
      ]),
    ),
    trajectory: files.trajectory === undefined ? undefined : JSON.parse(files.trajectory),
  };
}
