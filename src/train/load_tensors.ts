/**
 * Exact restoring of flat device memory from named tensors.
 *
 * @module
 */
import type { DeviceBuffer } from "../device/mod.ts";
import { ConfigError, type Parameters } from "../model/mod.ts";
import { type Safetensors, toFloat32 } from "../weights/mod.ts";

/**
 * Fills a flat buffer that is laid out like the parameters. Unlike loading published weights, every tensor must be there.
 *
 * @param file named in errors
 * @param prefix of the tensors' names in the file
 * @throws {ConfigError} when a tensor is missing or has another shape.
 */
export function loadTensors(
  file: string,
  weights: Safetensors,
  parameters: Parameters,
  buffer: DeviceBuffer,
  prefix: string,
): void {
  for (const { offset, values } of valuesOf(file, weights, parameters, prefix)) {
    parameters.device.write({ buffer, offset, length: values.length }, values);
  }
}

/** The same as an array of this thread's own. */
export function flatTensors(
  file: string,
  weights: Safetensors,
  parameters: Parameters,
  prefix: string,
): Float32Array {
  const flat = new Float32Array(parameters.values.length);
  for (const { offset, values } of valuesOf(file, weights, parameters, prefix)) {
    flat.set(values, offset);
  }
  return flat;
}

function* valuesOf(
  file: string,
  { tensors }: Safetensors,
  parameters: Parameters,
  prefix: string,
): Generator<{ offset: number; values: Float32Array }> {
  for (const { spec, view } of parameters.list) {
    const tensor = tensors.get(prefix + spec.name);
    if (tensor === undefined) {
      throw new ConfigError(
        `${file} has no tensor ${prefix}${spec.name}: it is a checkpoint of another model`,
      );
    }
    if (tensor.shape.join() !== spec.shape.join()) {
      throw new ConfigError(
        `${file}: tensor ${prefix}${spec.name} has shape [${tensor.shape}], the run's configuration asks for [${spec.shape}]`,
      );
    }
    yield { offset: view.offset, values: toFloat32(spec.name, tensor) };
  }
}
