/**
 * Which tensor of a checkpoint is which parameter: Hugging Face's files have more than one name for some.
 *
 * @module
 */
import type { Safetensors, StoredTensor } from "../weights/mod.ts";
import { ConfigError } from "./config.ts";
import type { ParameterSpec } from "./parameter.ts";

/** A parameter and the tensor it is filled with. */
export interface MatchedTensor {
  /** The parameter. */
  readonly spec: ParameterSpec;
  /** Its name in the checkpoint. */
  readonly name: string;
  /** Of the parameter's shape. */
  readonly tensor: StoredTensor;
}

/** What a checkpoint holds of some parameters. */
export interface TensorMatch {
  /** In the order of the parameters. */
  readonly found: readonly MatchedTensor[];
  /** Parameters that the checkpoint lacks. */
  readonly missing: readonly ParameterSpec[];
  /** Tensors of the checkpoint that are none of the parameters. */
  readonly unused: readonly string[];
}

/** Names that transformers writes for tied or constant tensors; the model has them under another name. */
const REDUNDANT = /(^|\.)(predictions\.decoder\.(weight|bias)|position_ids)$/;

/**
 * Finds the tensors of parameters: under their own names, without the prefix of an encoder that was saved without a head (`AlbertModel`), with `gamma` and
 * `beta` for normalizations (the published BERT files), and the output bias under either of its names.
 *
 * @throws {ConfigError} when a tensor has another shape than its parameter.
 */
export function matchTensors(
  specs: readonly ParameterSpec[],
  { tensors }: Safetensors,
): TensorMatch {
  const found: MatchedTensor[] = [];
  const missing: ParameterSpec[] = [];
  for (const spec of specs) {
    const name = namesOf(spec).find((candidate) => tensors.has(candidate));
    if (name === undefined) {
      missing.push(spec);
      continue;
    }
    const tensor = tensors.get(name)!;
    if (tensor.shape.join() !== spec.shape.join()) {
      throw new ConfigError(
        `tensor ${name} has shape [${tensor.shape}], the configuration asks for [${spec.shape}]`,
      );
    }
    found.push({ spec, name, tensor });
  }
  const used = new Set(found.map(({ name }) => name));
  const unused = [...tensors.keys()].filter((name) => !used.has(name) && !REDUNDANT.test(name));
  return { found, missing, unused };
}

function namesOf({ name, kind }: ParameterSpec): string[] {
  const names = [name, name.replace(/^(albert|bert)\./, "")];
  if (name.endsWith("predictions.bias")) names.push(name.replace(/bias$/, "decoder.bias"));
  if (kind === "norm_weight") names.push(...names.map((each) => each.replace(/weight$/, "gamma")));
  if (kind === "norm_bias") names.push(...names.map((each) => each.replace(/bias$/, "beta")));
  return names;
}
