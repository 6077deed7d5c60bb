/**
 * Position embeddings for longer sequences than a model was trained with.
 *
 * @module
 */
import { type Safetensors, toFloat32 } from "../weights/mod.ts";
import { ConfigError, type ModelConfig, validateConfig } from "./config.ts";
import { tensorNames } from "./load.ts";
import { embeddingSpecs } from "./specs.ts";

/**
 * Resizes the table of position embeddings by linear interpolation between its rows, as `torch.nn.functional.interpolate` with `align_corners=True`: the first and
 * the last row stay the same. The model should be trained further at the new length.
 *
 * @param positions new number of positions, at least 2
 * @returns configuration and weights with that number; all other tensors are shared with the given weights
 * @throws {ConfigError} if the number is not valid, or the weights have no table of the configuration's shape
 */
export function interpolatePositions(
  model: PositionedModel,
  positions: number,
): PositionedModel {
  return resizePositions(model, positions, "interpolate", interpolateRows);
}

/**
 * Copies the first position embeddings to all later positions, again and again, as Longformer (Beltagy et al. 2020, §5) starts from RoBERTa. A model that was
 * trained with short sequences only attends to neighbors at the later positions too, and needs little more training at the new length.
 *
 * @param trained number of positions to copy from, which the model was trained with, from 1 to its positions
 * @param positions number of positions of the result; the model's by default
 * @returns configuration and weights with that number; all other tensors are shared with the given weights
 * @throws {ConfigError} if a number is not valid, or the weights have no table of the configuration's shape
 */
export function repeatPositions(
  model: PositionedModel,
  trained: number,
  positions: number = model.config.maxPositionEmbeddings,
): PositionedModel {
  const rows = model.config.maxPositionEmbeddings;
  if (!Number.isSafeInteger(trained) || trained < 1 || trained > rows) {
    throw new ConfigError(
      `the number of positions to repeat must be an integer from 1 to ${rows}, the positions of the model, got ${trained}`,
    );
  }
  return resizePositions(model, positions, "repeat", (values, _rows, newRows, columns) => {
    const result = new Float32Array(newRows * columns);
    for (let row = 0; row < newRows; row++) {
      const from = row % trained * columns;
      result.set(values.subarray(from, from + columns), row * columns);
    }
    return result;
  });
}

/** A model whose positions change. */
export interface PositionedModel {
  /** The configuration, whose `maxPositionEmbeddings` is the number of positions. */
  readonly config: ModelConfig;
  /** The weights. */
  readonly weights: Safetensors;
}

function resizePositions(
  { config, weights }: PositionedModel,
  positions: number,
  verb: string,
  resize: typeof interpolateRows,
): PositionedModel {
  if (!Number.isSafeInteger(positions) || positions < 2) {
    throw new ConfigError(
      `max_position_embeddings must be an integer of at least 2, got ${positions}`,
    );
  }
  const longer = validateConfig({ ...config, maxPositionEmbeddings: positions });
  const spec = embeddingSpecs(config).positions;
  const name = tensorNames(spec).find((candidate) => weights.tensors.has(candidate));
  const tensor = name === undefined ? undefined : weights.tensors.get(name);
  if (name === undefined || tensor?.shape.join() !== spec.shape.join()) {
    throw new ConfigError(
      `the weights have no tensor ${spec.name} of shape [${spec.shape}] to ${verb}`,
    );
  }
  const [rows, columns] = spec.shape;
  const table = resize(toFloat32(name, tensor), rows, positions, columns);
  const resized = {
    type: "F32" as const,
    shape: [positions, columns],
    bytes: new Uint8Array(table.buffer),
  };
  return {
    config: longer,
    weights: { ...weights, tensors: new Map(weights.tensors).set(name, resized) },
  };
}

function interpolateRows(
  values: Float32Array,
  rows: number,
  newRows: number,
  columns: number,
): Float32Array<ArrayBuffer> {
  const result = new Float32Array(newRows * columns);
  for (let row = 0; row < newRows; row++) {
    const place = row * (rows - 1) / (newRows - 1);
    const below = Math.floor(place), above = Math.min(below + 1, rows - 1);
    const share = place - below;
    for (let column = 0; column < columns; column++) {
      result[row * columns + column] = values[below * columns + column] * (1 - share) +
        values[above * columns + column] * share;
    }
  }
  return result;
}
