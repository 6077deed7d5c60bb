/**
 * Elementwise kernels in plain TypeScript.
 *
 * @module
 */
import { activation } from "../activation/activation.ts";
import type { BindingArrays, Structural, Uniforms } from "../kernel.ts";
import { DropoutMask } from "../philox/dropout_mask.ts";

export function fill(
  { out }: BindingArrays,
  { value }: Uniforms,
  _: Structural,
  begin: number,
  end: number,
): void {
  out.fill(value, begin, end);
}

export function add(
  { a, b, out }: BindingArrays,
  _: Uniforms,
  __: Structural,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) out[i] = a[i] + b[i];
}

export function scaleAdd(
  { x, y }: BindingArrays,
  { alpha, beta }: Uniforms,
  _: Structural,
  begin: number,
  end: number,
): void {
  for (let i = begin; i < end; i++) y[i] = alpha * x[i] + (beta === 0 ? 0 : beta * y[i]);
}

export function activationForward(
  { x, y }: BindingArrays,
  _: Uniforms,
  structural: Structural,
  begin: number,
  end: number,
): void {
  const { value } = activation(String(structural.activation));
  for (let i = begin; i < end; i++) y[i] = value(x[i]);
}

export function activationBackward(
  { x, dy, dx }: BindingArrays,
  _: Uniforms,
  structural: Structural,
  begin: number,
  end: number,
): void {
  const { slope } = activation(String(structural.activation));
  for (let i = begin; i < end; i++) dx[i] = dy[i] * slope(x[i]);
}

export function activationBackwardInPlace(
  { x, dy }: BindingArrays,
  _: Uniforms,
  structural: Structural,
  begin: number,
  end: number,
): void {
  const { value, slope } = activation(String(structural.activation));
  for (let i = begin; i < end; i++) {
    dy[i] *= slope(x[i]);
    x[i] = value(x[i]);
  }
}

export function dropout(
  { x, y }: BindingArrays,
  uniforms: Uniforms,
  _: Structural,
  begin: number,
  end: number,
): void {
  const { columns } = uniforms;
  const mask = new DropoutMask(uniforms, columns);
  for (let row = begin; row < end; row++) {
    for (let column = 0; column < columns; column++) {
      const i = row * columns + column;
      y[i] = mask.apply(x[i], row, column);
    }
  }
}
