/**
 * L2 distance and angle between the input and output of each layer (the paper's Figure 1).
 *
 * @module
 */
import type { Device } from "../../../src/device/mod.ts";
import type { Encoder, EncoderInput } from "../../../src/model/mod.ts";

/** The transition of one layer, averaged over tokens. */
export interface LayerTransition {
  /** From 1. */
  readonly layer: number;
  /** L2 distance between the layer's input and output. */
  readonly distance: number;
  /** Angle between input and output, in degrees. */
  readonly angle: number;
}

/** A batch of examples. */
export interface TransitionBatch extends EncoderInput {
  /** Rows `example·sequence + token` of masked tokens, which are excluded. */
  readonly maskedPositions?: Uint32Array;
}

/**
 * Runs the encoder and compares the input of each layer with its output, in float64, over all tokens that are neither padding nor masked.
 *
 * @returns one entry per layer, in order; inner layers of a group count separately
 * @throws {RangeError} If all tokens are padding or masked.
 */
export async function layerTransitions(
  device: Device,
  encoder: Encoder,
  batches: Iterable<TransitionBatch>,
): Promise<LayerTransition[]> {
  let tokens = 0;
  const sums: { distance: number; angle: number }[] = [];
  for (const batch of batches) {
    const { hiddenStates } = encoder.forward({ device }, batch);
    // Requested together, so that they share one recording.
    const states = await Promise.all(hiddenStates.map(({ view }) => device.read(view)));
    const rows = includedRows(batch);
    tokens += rows.length;
    const { hiddenSize } = encoder.config;
    for (let layer = 0; layer + 1 < states.length; layer++) {
      const sum = sums[layer] ??= { distance: 0, angle: 0 };
      for (const row of rows) {
        const first = row * hiddenSize, end = first + hiddenSize;
        const before = states[layer].subarray(first, end);
        const { distance, angle } = compare(before, states[layer + 1].subarray(first, end));
        sum.distance += distance;
        sum.angle += angle;
      }
    }
  }
  if (tokens === 0) throw new RangeError("All tokens are padding or masked");
  return sums.map(({ distance, angle }, i) => ({
    layer: i + 1,
    distance: distance / tokens,
    angle: angle / tokens,
  }));
}

function includedRows({ batch, sequence, lengths, maskedPositions }: TransitionBatch): number[] {
  const masked = new Set(maskedPositions);
  const rows: number[] = [];
  for (let example = 0; example < batch; example++) {
    for (let token = 0; token < lengths[example]; token++) {
      const row = example * sequence + token;
      if (!masked.has(row)) rows.push(row);
    }
  }
  return rows;
}

/** Distance and angle, in degrees, between two vectors. */
function compare(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
): { readonly distance: number; readonly angle: number } {
  let squareA = 0, squareB = 0, distance = 0;
  for (let i = 0; i < a.length; i++) {
    squareA += a[i] ** 2;
    squareB += b[i] ** 2;
    distance += (a[i] - b[i]) ** 2;
  }
  const lengthA = Math.sqrt(squareA), lengthB = Math.sqrt(squareB);
  let apart = 0, together = 0;
  for (let i = 0; i < a.length; i++) {
    apart += (a[i] / lengthA - b[i] / lengthB) ** 2;
    together += (a[i] / lengthA + b[i] / lengthB) ** 2;
  }
  // Kahan's formula: the arc cosine is inaccurate for nearly parallel vectors.
  const angle = 2 * Math.atan2(Math.sqrt(apart), Math.sqrt(together));
  return { distance: Math.sqrt(distance), angle: angle * 180 / Math.PI };
}
