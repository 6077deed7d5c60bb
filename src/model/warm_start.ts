/**
 * Initializes a model from a shallower or narrower one. Paper A.1 initializes deeper networks (three layers or more) from the shallower network.
 *
 * @module
 */
import { type Safetensors, toFloat32 } from "../weights/mod.ts";
import { elements } from "../tensor/mod.ts";
import { initialValues } from "./initialize.ts";
import type { Parameters, ParameterSpec } from "./parameters.ts";

/** Result of {@linkcode warmStart}: names of parameters by where their values come from. */
export interface WarmStartReport {
  /** Copied from the source. */
  readonly copied: readonly string[];
  /** Partly copied because the source is narrower; the rest is initialized. */
  readonly grown: readonly string[];
  /** Not in the source, or of another rank; initialized. */
  readonly initialized: readonly string[];
}

/** Layer groups in ALBERT's names, and layers in BERT's. */
const GROUP = /(albert_layer_groups|encoder\.layer)\.(\d+)\./;

/**
 * Fills all parameters from the weights of another model. An unshared layer takes the source layer at the same relative depth. If the source is narrower, its values
 * fill the first rows and columns, and {@linkcode initialValues} the rest.
 *
 * @param seed seed of initialized values
 * @param standardDeviation standard deviation of initialized values
 */
export function warmStart(
  parameters: Parameters,
  source: Safetensors,
  seed: number,
  standardDeviation: number,
): WarmStartReport {
  const { tensors } = source;
  const sourceGroups = groupCount([...tensors.keys()]);
  const targetGroups = groupCount(parameters.list.map(({ spec }) => spec.name));
  const copied: string[] = [], grown: string[] = [], initialized: string[] = [];
  for (const { spec, view } of parameters.list) {
    const tensor = tensors.get(sourceName(spec.name, sourceGroups, targetGroups));
    const values = initialValues(spec, seed, standardDeviation);
    if (tensor === undefined || tensor.shape.length !== spec.shape.length) {
      initialized.push(spec.name);
    } else if (tensor.shape.join() === spec.shape.join()) {
      values.set(toFloat32(spec.name, tensor));
      copied.push(spec.name);
    } else {
      overlay(values, spec, toFloat32(spec.name, tensor), tensor.shape);
      grown.push(spec.name);
    }
    parameters.device.write(view, values);
  }
  return { copied, grown, initialized };
}

function groupCount(names: readonly string[]): number {
  return 1 + Math.max(0, ...names.map((name) => Number(GROUP.exec(name)?.[2] ?? 0)));
}

/** Returns the name of a parameter's counterpart in the source: group `g` of `target` groups maps to group `floor(g·source/target)`. */
function sourceName(name: string, source: number, target: number): string {
  return name.replace(
    GROUP,
    (_, prefix, group) => `${prefix}.${Math.floor((Number(group) * source) / target)}.`,
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
