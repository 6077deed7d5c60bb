/**
 * Table look-ups and their gradients in plain TypeScript.
 *
 * @module
 */
import type { BindingArrays, Structural, Uniforms } from "../kernel.ts";

export function forward(
  { words, positions, types, ids, type_ids, out }: BindingArrays,
  { columns, sequence }: Uniforms,
  _: Structural,
  begin: number,
  end: number,
): void {
  for (let row = begin; row < end; row++) {
    const word = ids[row] * columns;
    const position = (row % sequence) * columns;
    const type = type_ids[row] * columns;
    for (let c = 0; c < columns; c++) {
      out[row * columns + c] = words[word + c] + positions[position + c] + types[type + c];
    }
  }
}

export function gather(
  { x, indices, out }: BindingArrays,
  { columns, pitch }: Uniforms,
  _: Structural,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) {
    for (let c = 0; c < columns; c++) out[i * columns + c] = x[indices[i] * pitch + c];
  }
}

export function scatter(
  { x, indices, out }: BindingArrays,
  { columns }: Uniforms,
  { accumulate }: Structural,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) {
    for (let c = 0; c < columns; c++) {
      const target = indices[i] * columns + c;
      out[target] = (accumulate ? out[target] : 0) + x[i * columns + c];
    }
  }
}

export function segmentSum(
  { x, offsets, items, rows, out }: BindingArrays,
  { columns }: Uniforms,
  { accumulate }: Structural,
  begin: number,
  end: number,
): void {
  for (let segment = begin; segment < end; segment++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0;
      for (let j = offsets[segment]; j < offsets[segment + 1]; j++) {
        sum += x[items[j] * columns + c];
      }
      const target = rows[segment] * columns + c;
      out[target] = (accumulate ? out[target] : 0) + sum;
    }
  }
}
