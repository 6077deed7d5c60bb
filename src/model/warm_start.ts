/**
 * Starting a model from a shallower or narrower one (paper A.1: depth ablations with three layers or more start from the shallower net).
 *
 * @module
 */
import { type Safetensors, toFloat32 } from "../weights/mod.ts";
import { elements } from "../tensor/mod.ts";
import { initialValues } from "./initialize.ts";
import type { ParameterSpec } from "./parameter.ts";
import type { Parameters } from "./parameters.ts";

/** What a warm start took over. */
export interface WarmStartReport {
  /** Parameters copied whole. */
  readonly copied: readonly string[];
  /** Parameters of which a part was copied, the rest being new: the source is narrower. */
  readonly grown: readonly string[];
  /** Parameters that the source has nothing for. */
  readonly fresh: readonly string[];
}

const GROUP = /(albert_layer_groups|encoder\.layer)\.(\d+)\./;

/**
 * Fills parameters from another model's weights. A layer of its own takes the source's layer at the same relative depth; where the source is narrower its numbers
 * fill the first rows and columns and the rest starts as a new model does.
 *
 * @param source weights of the other model
 * @param seed of what is new
 * @param standardDeviation of what is new
 */
export function warmStart(
  parameters: Parameters,
  { tensors }: Safetensors,
  seed: number,
  standardDeviation: number,
): WarmStartReport {
  const names = [...tensors.keys()];
  const sourceGroups = groupCount(names);
  const targetGroups = groupCount(parameters.list.map(({ spec }) => spec.name));
  const copied: string[] = [], grown: string[] = [], fresh: string[] = [];
  for (const { spec, view } of parameters.list) {
    const tensor = tensors.get(sourceName(spec.name, sourceGroups, targetGroups));
    const values = initialValues(spec, seed, standardDeviation);
    if (tensor === undefined || tensor.shape.length !== spec.shape.length) fresh.push(spec.name);
    else if (tensor.shape.join() === spec.shape.join()) {
      values.set(toFloat32(spec.name, tensor));
      copied.push(spec.name);
    } else {
      overlay(values, spec, toFloat32(spec.name, tensor), tensor.shape);
      grown.push(spec.name);
    }
    parameters.device.write(view, values);
  }
  return { copied, grown, fresh };
}

function groupCount(names: readonly string[]): number {
  return 1 + Math.max(0, ...names.map((name) => Number(GROUP.exec(name)?.[2] ?? 0)));
}

/** The source's name of a parameter: group `g` of `target` lies as deep as group `floor(g·source/target)` of `source`. */
function sourceName(name: string, source: number, target: number): string {
  return name.replace(
    GROUP,
    (_, prefix, group) => `${prefix}.${Math.floor((Number(group) * source) / target)}.`,
  );
}

/** Copies the part that two row-major tensors of at most two dimensions have in common. */
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
