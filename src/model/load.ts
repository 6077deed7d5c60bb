/**
 * Copies weights between the tensors of a checkpoint and the parameters of a model.
 *
 * @module
 */
import { whole } from "../device/mod.ts";
import {
  type Safetensors,
  type StoredTensor,
  toFloat32,
  type WritableTensor,
} from "../weights/mod.ts";
import { ARCHITECTURES } from "./architectures/mod.ts";
import { ConfigError, type ModelConfig } from "./config.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";
import { encoderSpecs } from "./specs.ts";

/** Missing and unexpected tensors of a checkpoint. */
export interface LoadReport {
  /** Parameters of the model that are not in the checkpoint. */
  readonly missing: readonly ParameterSpec[];
  /** Names of tensors in the checkpoint that the model does not have. */
  readonly unexpected: readonly string[];
}

/** A parameter and its tensor in a checkpoint. */
export interface MatchedTensor {
  /** The parameter. */
  readonly spec: ParameterSpec;
  /** Name of the tensor in the checkpoint. */
  readonly name: string;
  /** The tensor, of the parameter's shape. */
  readonly tensor: StoredTensor;
}

/** Result of {@linkcode matchTensors}. */
export interface TensorMatch extends LoadReport {
  /** Matched tensors in the order of the parameters. */
  readonly found: readonly MatchedTensor[];
}

/** Tensors that transformers writes for tied or constant values. If a model has them under another name, they are not unexpected. */
const REDUNDANT = /(^|\.)(predictions\.decoder\.(weight|bias)|position_ids)$/;

const DECODER_WEIGHT = /(^|\.)predictions\.decoder\.weight$/;
const DECODER_BIAS = /(^|\.)predictions\.decoder\.bias$/;
const OUTPUT_BIAS = /(^|\.)predictions\.bias$/;
const WORD_EMBEDDINGS = /(^|\.)embeddings\.word_embeddings\.weight$/;

/** The prefix of encoder tensors. It is missing in checkpoints of a class without head (`AlbertModel`). */
const ENCODER_PREFIX = new RegExp(`^(${Object.keys(ARCHITECTURES).join("|")})\\.`);

/**
 * Finds the tensor of each parameter by its name, also without the prefix of the encoder (files of `AlbertModel`), with `gamma` and `beta` for layer normalization
 * (the published BERT files), and with either name of the output bias.
 *
 * @throws {ConfigError} if the shapes of a tensor and its parameter differ, or the parameters have a tied masked-LM head and the output matrix or bias of the
 * checkpoint is another
 */
export function matchTensors(
  specs: readonly ParameterSpec[],
  { tensors }: Safetensors,
): TensorMatch {
  const found: MatchedTensor[] = [];
  const missing: ParameterSpec[] = [];
  checkTied(specs, tensors);
  for (const spec of specs) {
    const name = tensorNames(spec).find((candidate) => tensors.has(candidate));
    if (name === undefined) {
      missing.push(spec);
      continue;
    }
    const tensor = tensors.get(name)!;
    if (tensor.shape.join() !== spec.shape.join()) {
      throw new ConfigError(
        `tensor ${name} has shape [${tensor.shape}], but the configuration requires [${spec.shape}]`,
      );
    }
    found.push({ spec, name, tensor });
  }
  const used = new Set(found.map(({ name }) => name));
  const untied = specs.some(({ name }) => DECODER_BIAS.test(name));
  const unexpected = [...tensors.keys()].filter((name) =>
    !used.has(name) && !REDUNDANT.test(name) && !(untied && OUTPUT_BIAS.test(name))
  );
  return { found, missing, unexpected };
}

/**
 * Finds layers in a checkpoint that the configuration does not have. They are not used, so the configuration may be wrong.
 *
 * @param names names of the tensors
 * @returns a sentence with the first such name, or null
 */
export function unusedLayers(config: ModelConfig, names: Iterable<string>): string | null {
  const anyLayer = (name: string) => name.replaceAll(/\.\d+\./g, ".N.");
  const own = new Set(encoderSpecs(config).flatMap(tensorNames));
  const layers = new Set([...own].filter((name) => anyLayer(name) !== name).map(anyLayer));
  const other = [...names].find((name) => !own.has(name) && layers.has(anyLayer(name)));
  if (other === undefined) return null;
  return `the weights have layers that config.json does not have, such as ${other}; they are not used`;
}

/**
 * Checks that a checkpoint's output matrix and bias are the tied ones if the parameters have a masked-LM head that is tied.
 *
 * @throws {ConfigError} if they differ
 */
export function checkTied(
  specs: readonly ParameterSpec[],
  tensors: Safetensors["tensors"],
): void {
  if (!specs.some(({ name }) => OUTPUT_BIAS.test(name))) return;
  const pairs = [[DECODER_WEIGHT, WORD_EMBEDDINGS], [DECODER_BIAS, OUTPUT_BIAS]] as const;
  for (const [repeated, original] of pairs) {
    const [copy, source] = [repeated, original].map((pattern) =>
      [...tensors].find(([name]) => pattern.test(name))
    );
    if (copy === undefined || source === undefined) continue;
    const [a, b] = [copy, source].map(([name, tensor]) => toFloat32(name, tensor));
    if (a.length === b.length && a.every((value, i) => value === b[i])) continue;
    throw new ConfigError(
      `${copy[0]} differs from ${
        source[0]
      }; set tie_word_embeddings to false in config.json if the model has its own output layer`,
    );
  }
}

/** Returns the names that a parameter may have in a checkpoint, in the order of precedence. */
export function tensorNames({ name, kind }: ParameterSpec): string[] {
  const names = [name, name.replace(ENCODER_PREFIX, "")];
  if (OUTPUT_BIAS.test(name)) names.push(name.replace(/bias$/, "decoder.bias"));
  if (DECODER_BIAS.test(name)) names.push(name.replace(/decoder\.bias$/, "bias"));
  if (kind === "norm_weight") names.push(...names.map((each) => each.replace(/weight$/, "gamma")));
  if (kind === "norm_bias") names.push(...names.map((each) => each.replace(/bias$/, "beta")));
  return names;
}

/**
 * Copies the tensors of a checkpoint into the parameters that {@linkcode matchTensors} finds. Missing parameters keep their values.
 *
 * @throws {ConfigError} if the shapes of a tensor and its parameter differ
 */
export function loadWeights(parameters: Parameters, weights: Safetensors): LoadReport {
  const { found, missing, unexpected } = matchTensors(
    parameters.list.map(({ spec }) => spec),
    weights,
  );
  for (const { spec, name, tensor } of found) {
    parameters.device.write(parameters.get(spec).view, toFloat32(name, tensor));
  }
  return { missing, unexpected };
}

/** Reads a flat buffer of a model (values, gradients or moments; default values) from the device as named tensors. */
export async function readTensors(
  parameters: Parameters,
  buffer: Parameters["values"] = parameters.values,
): Promise<Map<string, WritableTensor>> {
  return namedTensors(parameters, await parameters.device.read(whole(buffer)) as Float32Array);
}

/** Returns named views of a flat array in the layout of a model's parameters. */
export function namedTensors(
  parameters: Parameters,
  flat: Float32Array,
): Map<string, WritableTensor> {
  return new Map(
    parameters.list.map(({ spec, view }) => [
      spec.name,
      { shape: spec.shape, data: flat.subarray(view.offset, view.offset + view.length) },
    ]),
  );
}
