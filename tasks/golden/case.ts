/**
 * Golden cases: weights, a batch, and the tensors that PyTorch computes from them.
 *
 * @module
 */
import { ifExists } from "../../src/files/mod.ts";
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

/** Settings and results of an optimizer case, as in `trajectory.json`. */
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

/** A parsed case. */
export interface GoldenCase {
  readonly name: string;
  readonly config: ModelConfig;
  /** Class name in Hugging Face Transformers, which determines the heads. */
  readonly architecture: string;
  readonly weights: Safetensors;
  readonly batch: Batch;
  /** The tensors of `expected.safetensors`, or of `final.safetensors` for an optimizer case; empty for a case without expected values. */
  readonly expected: ReadonlyMap<string, WritableTensor>;
  readonly trajectory?: Trajectory;
}

/** The inputs of a case, from `batch.safetensors`. */
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

  /** Reads integers; −100 becomes the label that losses ignore. */
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

  /** Number of tokens before the padding of each example, from the attention mask. */
  lengths(): Uint32Array {
    const mask = this.integers("attention_mask");
    return Uint32Array.from({ length: this.batch }, (_, example) => {
      const row = mask.subarray(example * this.sequence, (example + 1) * this.sequence);
      const length = row.indexOf(0) < 0 ? this.sequence : row.indexOf(0);
      if (row.subarray(length).some((value) => value !== 0)) {
        throw new RangeError(
          `attention_mask of example ${example} is not valid: padding between tokens`,
        );
      }
      return length;
    });
  }
}

/** Parses the content of a case's files. */
function parseCase(
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

/**
 * Lists the cases of a folder, sorted by name. A folder that is itself a case contains only itself.
 *
 * @throws {Error} If there are none.
 */
export async function listCases(folder: string): Promise<{ name: string; path: string }[]> {
  const cases: { name: string; path: string }[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory && await isCase(path)) cases.push({ name: entry.name, path });
  }
  if (cases.length === 0 && await isCase(folder)) {
    cases.push({ name: folder.replace(/\/+$/, "").split("/").at(-1)!, path: folder });
  }
  if (cases.length === 0) {
    throw new Error(`${folder} contains no golden case (a folder with batch.safetensors)`);
  }
  return cases.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function isCase(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(`${path}/batch.safetensors`)).isFile;
  } catch {
    return false;
  }
}

/** Reads a case from its folder. */
export async function readCase(name: string, path: string): Promise<GoldenCase> {
  const bytes = (file: string) => Deno.readFile(`${path}/${file}`);
  const trajectory = await ifExists(Deno.readTextFile(`${path}/trajectory.json`));
  return parseCase(name, {
    config: await Deno.readTextFile(`${path}/config.json`),
    weights: await bytes("model.safetensors"),
    batch: await bytes("batch.safetensors"),
    expected: await ifExists(
      bytes(trajectory === null ? "expected.safetensors" : "final.safetensors"),
    ) ?? undefined,
    trajectory: trajectory ?? undefined,
  });
}
