/**
 * Weights between a checkpoint's tensors and a model's parameters.
 *
 * @module
 */
import { whole } from "../device/mod.ts";
import { type Safetensors, toFloat32, type WritableTensor } from "../weights/mod.ts";
import { ConfigError } from "./config.ts";
import type { ParameterSpec } from "./parameter.ts";
import type { Parameters } from "./parameters.ts";

/** What loading found beside the parameters it filled. */
export interface LoadReport {
  /** Parameters that the checkpoint lacks; their memory is untouched. */
  readonly missing: readonly ParameterSpec[];
  /** Tensors of the checkpoint that the model has no use for. */
  readonly unused: readonly string[];
}

/** Names that transformers writes for tied or constant tensors; the model has them under another name. */
const REDUNDANT = /(^|\.)(predictions\.decoder\.(weight|bias)|position_ids)$/;

/**
 * Copies tensors into parameters of the same name. Tensors of an encoder saved without its head's prefix (`AlbertModel`) are found too, and the output bias
 * under either of its names.
 *
 * @throws {ConfigError} when a tensor has another shape than its parameter.
 */
export function loadWeights(parameters: Parameters, { tensors }: Safetensors): LoadReport {
  const missing: ParameterSpec[] = [];
  const used = new Set<string>();
  for (const { spec, view } of parameters.list) {
    const name = alternatives(spec.name).find((candidate) => tensors.has(candidate));
    if (name === undefined) {
      missing.push(spec);
      continue;
    }
    used.add(name);
    const tensor = tensors.get(name)!;
    if (tensor.shape.join() !== spec.shape.join()) {
      throw new ConfigError(
        `tensor ${name} has shape [${tensor.shape}], the configuration asks for [${spec.shape}]`,
      );
    }
    parameters.device.write(view, toFloat32(name, tensor));
  }
  const unused = [...tensors.keys()].filter((name) => !used.has(name) && !REDUNDANT.test(name));
  return { missing, unused };
}

function alternatives(name: string): string[] {
  const names = [name, name.replace(/^(albert|bert)\./, "")];
  if (name.endsWith("predictions.bias")) names.push(name.replace(/bias$/, "decoder.bias"));
  return names;
}

/** Copies a flat buffer of a model (values, gradients, moments) to named tensors. */
export async function readTensors(
  parameters: Parameters,
  buffer: Parameters["values"] = parameters.values,
): Promise<Map<string, WritableTensor>> {
  const flat = (await parameters.device.read(whole(buffer))) as Float32Array;
  return new Map(
    parameters.list.map(({ spec, view }) => [
      spec.name,
      { shape: spec.shape, data: flat.subarray(view.offset, view.offset + view.length) },
    ]),
  );
}
