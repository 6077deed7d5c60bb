/**
 * Initializes a model from another one, which may be shallower or narrower. Paper A.1 initializes deeper networks (three layers or more) from the shallower network.
 *
 * @module
 */
import { type Safetensors, type StoredTensor, toFloat32 } from "../weights/mod.ts";
import { elements } from "../tensor/mod.ts";
import { ConfigError } from "./config.ts";
import { initialValues } from "./initialize.ts";
import { checkTied, tensorNames } from "./load.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

/** Result of {@linkcode warmStart}: names of parameters by where their values come from. */
export interface WarmStartReport {
  /** Copied from the source. */
  readonly copied: readonly string[];
  /** Partly copied because the source is smaller; the rest is initialized. */
  readonly grown: readonly string[];
  /** Copied without the rows or columns that the source has in addition. */
  readonly cropped: readonly string[];
  /** Not in the source, or of another rank; initialized. */
  readonly initialized: readonly string[];
}

/** Layer groups in ALBERT's names, and layers in BERT's. */
const GROUP = /(albert_layer_groups|encoder\.layer)\.(\d+)\./;
/** Names in an error message. */
const EXAMPLES = 3;

/**
 * Fills all parameters from the weights of another model. Tensors are found by the names that {@linkcode matchTensors} knows. An unshared layer takes the source
 * layer at the same relative depth. If the source is narrower, its values fill the first rows and columns, and {@linkcode initialValues} the rest.
 *
 * @param seed seed of initialized values
 * @param standardDeviation standard deviation of initialized values
 * @throws {ConfigError} if the source has none of the encoder's layers, or an output matrix that should be tied and is not
 */
export function warmStart(
  parameters: Parameters,
  source: Safetensors,
  seed: number,
  standardDeviation: number,
): WarmStartReport {
  const specs = parameters.list.map(({ spec }) => spec);
  const sources = sourceTensors(specs, source);
  checkLayers(specs, sources, source);
  const copied: string[] = [], grown: string[] = [], cropped: string[] = [];
  const initialized: string[] = [];
  for (const { spec, view } of parameters.list) {
    const tensor = sources.get(spec);
    const values = initialValues(spec, seed, standardDeviation);
    if (tensor === undefined || tensor.shape.length !== spec.shape.length) {
      initialized.push(spec.name);
    } else if (tensor.shape.join() === spec.shape.join()) {
      values.set(toFloat32(spec.name, tensor));
      copied.push(spec.name);
    } else {
      overlay(values, spec, toFloat32(spec.name, tensor), tensor.shape);
      const isLarger = tensor.shape.some((size, i) => size > spec.shape[i]);
      (isLarger ? cropped : grown).push(spec.name);
    }
    parameters.device.write(view, values);
  }
  return { copied, grown, cropped, initialized };
}

/** Finds the source of each parameter. */
function sourceTensors(
  specs: readonly ParameterSpec[],
  { tensors }: Safetensors,
): Map<ParameterSpec, StoredTensor> {
  checkTied(specs, tensors);
  const sourceGroups = groupCount([...tensors.keys()]);
  const targetGroups = groupCount(specs.map(({ name }) => name));
  const found = new Map<ParameterSpec, StoredTensor>();
  for (const spec of specs) {
    const group = Number(GROUP.exec(spec.name)?.[2] ?? 0);
    // Sub-layers that all groups of the source share are in its first group.
    const groups = [Math.floor((group * sourceGroups) / targetGroups), 0];
    const name = groups
      .flatMap((group) => tensorNames({ ...spec, name: inGroup(spec.name, group) }))
      .find((name) => tensors.has(name));
    if (name !== undefined) found.set(spec, tensors.get(name)!);
  }
  return found;
}

/** Counts the groups of the encoder; 1 without layers. */
function groupCount(names: readonly string[]): number {
  return 1 + Math.max(0, ...names.map((name) => Number(GROUP.exec(name)?.[2] ?? 0)));
}

function inGroup(name: string, group: number): string {
  return name.replace(GROUP, (_, prefix) => `${prefix}.${group}.`);
}

/** Without this check, a model whose tensors have unknown names would be trained from scratch. */
function checkLayers(
  specs: readonly ParameterSpec[],
  found: ReadonlyMap<ParameterSpec, StoredTensor>,
  { tensors }: Safetensors,
): void {
  const layers = specs.filter(({ name }) => GROUP.test(name));
  if (layers.length === 0 || layers.some((spec) => found.has(spec))) return;
  const names = [...tensors.keys()].slice(0, EXAMPLES).join(", ") || "no tensors";
  throw new ConfigError(
    `the checkpoint has no layers of this model: expected tensors such as ${
      layers[0].name
    }, found ${names}`,
  );
}

/** Copies the common rows and columns of two row-major tensors with at most two dimensions. */
function overlay(
  values: Float32Array,
  spec: ParameterSpec,
  source: Float32Array,
  sourceShape: readonly number[],
): void {
  const columns = spec.shape.at(-1)!;
  const sourceColumns = sourceShape.at(-1)!;
  const rows = Math.min(elements(spec.shape) / columns, elements(sourceShape) / sourceColumns);
  const common = Math.min(columns, sourceColumns);
  for (let row = 0; row < rows; row++) {
    values.set(
      source.subarray(row * sourceColumns, row * sourceColumns + common),
      row * columns,
    );
  }
}
