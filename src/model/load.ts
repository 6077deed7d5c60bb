/**
 * Weights between a checkpoint's tensors and a model's parameters.
 *
 * @module
 */
import { whole } from "../device/mod.ts";
import { type Safetensors, toFloat32, type WritableTensor } from "../weights/mod.ts";
import { matchTensors } from "./match_tensors.ts";
import type { ParameterSpec } from "./parameter.ts";
import type { Parameters } from "./parameters.ts";

/** What loading found beside the parameters it filled. */
export interface LoadReport {
  /** Parameters that the checkpoint lacks; their memory is untouched. */
  readonly missing: readonly ParameterSpec[];
  /** Tensors of the checkpoint that the model has no use for. */
  readonly unused: readonly string[];
}

/**
 * Copies tensors into the parameters that they are, see {@linkcode matchTensors}.
 *
 * @throws {ConfigError} when a tensor has another shape than its parameter.
 */
export function loadWeights(parameters: Parameters, weights: Safetensors): LoadReport {
  const { found, missing, unused } = matchTensors(
    parameters.list.map(({ spec }) => spec),
    weights,
  );
  for (const { spec, name, tensor } of found) {
    parameters.device.write(parameters.get(spec).view, toFloat32(name, tensor));
  }
  return { missing, unused };
}

/** Copies a flat buffer of a model (values, gradients, moments) to named tensors. */
export async function readTensors(
  parameters: Parameters,
  buffer: Parameters["values"] = parameters.values,
): Promise<Map<string, WritableTensor>> {
  return namedTensors(parameters, await parameters.device.read(whole(buffer)) as Float32Array);
}

/** A flat array that is laid out like a model's parameters as named tensors, without a copy. */
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
