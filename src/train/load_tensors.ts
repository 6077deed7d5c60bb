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
  { tensors }: Safetensors,
  parameters: Parameters,
  buffer: DeviceBuffer,
  prefix: string,
): void {
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
    parameters.device.write(
      { buffer, offset: view.offset, length: view.length },
      toFloat32(spec.name, tensor),
    );
  }
}
