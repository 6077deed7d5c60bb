/**
 * Attention in plain TypeScript, row by row: only one row of scores is stored at a time.
 *
 * @module
 */
import type { BindingArrays, Reference, Uniforms } from "../kernel.ts";
import { DropoutMask } from "../philox/dropout_mask.ts";

/** Start of a search for the maximum: the least float32, since WGSL has no literal for infinity. */
const LEAST = -3.4028234663852886e38;

/**
 * The starts of the head of row `(b, h, i)` and of key 0 in `[batch·sequence, pitch]`, those in `[batch·sequence, out_pitch]`, and the number
 * of keys.
 */
function place(row: number, lengths: Uint32Array, uniforms: Uniforms) {
  const { heads, sequence, pitch, out_pitch, size } = uniforms;
  const group = Math.floor(row / sequence);
  const example = Math.floor(group / heads);
  const column = (group % heads) * size;
  const first = example * sequence * pitch + column;
  const outFirst = example * sequence * out_pitch + column;
  return {
    first,
    start: first + (row % sequence) * pitch,
    outFirst,
    outStart: outFirst + (row % sequence) * out_pitch,
    end: Math.min(lengths[example], sequence),
  };
}

function dot(
  a: ArrayLike<number>,
  aStart: number,
  b: ArrayLike<number>,
  bStart: number,
  size: number,
): number {
  let sum = 0;
  for (let c = 0; c < size; c++) sum += a[aStart + c] * b[bStart + c];
  return sum;
}

export const forward: Reference = (
  { query, key, value, lengths, out, log_sum_exp },
  uniforms,
  { dropout },
  begin,
  end,
) => {
  const { sequence, pitch, size, scale } = uniforms;
  const mask = new DropoutMask(uniforms, sequence);
  const scores = new Float64Array(sequence);
  const sums = new Float64Array(size);
  for (let row = begin; row < end; row++) {
    const { first, start, outStart, end: keys } = place(row, lengths, uniforms);
    let largest = LEAST;
    for (let j = 0; j < keys; j++) {
      scores[j] = scale * dot(query, start, key, first + j * pitch, size);
      largest = Math.max(largest, scores[j]);
    }
    let total = 0;
    for (let j = 0; j < keys; j++) total += Math.exp(scores[j] - largest);
    sums.fill(0);
    for (let j = 0; j < keys; j++) {
      const p = Math.exp(scores[j] - largest) / total;
      const weight = dropout ? mask.apply(p, row, j) : p;
      for (let c = 0; c < size; c++) sums[c] += weight * value[first + j * pitch + c];
    }
    for (let c = 0; c < size; c++) out[outStart + c] = sums[c];
    log_sum_exp[row] = largest + Math.log(total);
  }
};

/** An item is a row `(b, h, i)`. */
export const statistics: Reference = (
  { out, dout, log_sum_exp, statistics },
  { heads, sequence, out_pitch, size },
  _,
  begin,
  end,
) => {
  for (let row = begin; row < end; row++) {
    const group = Math.floor(row / sequence);
    const token = Math.floor(group / heads) * sequence + row % sequence;
    const start = token * out_pitch + (group % heads) * size;
    statistics[2 * row] = log_sum_exp[row];
    statistics[2 * row + 1] = dot(out, start, dout, start, size);
  }
};

/** One probability after dropout, and the gradient of its score. */
function pair(
  { query, key, value, dout, statistics }: BindingArrays,
  { size, scale }: Uniforms,
  mask: DropoutMask | null,
  row: number,
  j: number,
  queryStart: number,
  doutStart: number,
  keyStart: number,
): { weight: number; slope: number } {
  const score = scale * dot(query, queryStart, key, keyStart, size);
  const probability = Math.exp(score - statistics[2 * row]);
  const gradient = dot(dout, doutStart, value, keyStart, size);
  return {
    weight: mask?.apply(probability, row, j) ?? probability,
    slope: scale * probability *
      ((mask?.apply(gradient, row, j) ?? gradient) - statistics[2 * row + 1]),
  };
}

export const backwardQuery: Reference = (arrays, uniforms, { dropout }, begin, end) => {
  const { key, lengths, dquery } = arrays;
  const { sequence, pitch, size } = uniforms;
  const mask = dropout ? new DropoutMask(uniforms, sequence) : null;
  const sums = new Float64Array(size);
  for (let row = begin; row < end; row++) {
    const { first, start, outStart, end: keys } = place(row, lengths, uniforms);
    sums.fill(0);
    for (let j = 0; j < keys; j++) {
      const keyStart = first + j * pitch;
      const { slope } = pair(arrays, uniforms, mask, row, j, start, outStart, keyStart);
      for (let c = 0; c < size; c++) sums[c] += slope * key[keyStart + c];
    }
    for (let c = 0; c < size; c++) dquery[start + c] = sums[c];
  }
};

/** An item is a key `(b, h, j)`. */
export const backwardKey: Reference = (arrays, uniforms, { dropout }, begin, end) => {
  const { query, dout, lengths, dkey_dvalue } = arrays;
  const { sequence, pitch, out_pitch, size, dvalue_column } = uniforms;
  const mask = dropout ? new DropoutMask(uniforms, sequence) : null;
  const keySums = new Float64Array(size);
  const valueSums = new Float64Array(size);
  for (let item = begin; item < end; item++) {
    const { first, start, outFirst, end: keys } = place(item, lengths, uniforms);
    const j = item % sequence;
    keySums.fill(0);
    valueSums.fill(0);
    for (let i = 0; i < sequence && j < keys; i++) {
      const row = item - j + i;
      const queryStart = first + i * pitch;
      const doutStart = outFirst + i * out_pitch;
      const { weight, slope } = pair(arrays, uniforms, mask, row, j, queryStart, doutStart, start);
      for (let c = 0; c < size; c++) {
        valueSums[c] += weight * dout[doutStart + c];
        keySums[c] += slope * query[queryStart + c];
      }
    }
    for (let c = 0; c < size; c++) {
      dkey_dvalue[start + c] = keySums[c];
      dkey_dvalue[dvalue_column + start + c] = valueSums[c];
    }
  }
};
