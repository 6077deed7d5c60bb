/**
 * Elementwise kernels in plain TypeScript.
 *
 * @module
 */
import { activation } from "../activation/activation.ts";
import type { Reference } from "../kernel.ts";
import { DropoutMask } from "../philox/dropout_mask.ts";

export const fill: Reference = ({ out }, { value }, _, begin, end) => {
  out.fill(value, begin, end);
};

export const add: Reference = ({ a, b, out }, _, __, begin, end) => {
  for (let i = begin; i < end; i++) out[i] = a[i] + b[i];
};

export const scaleAdd: Reference = ({ x, y }, { alpha, beta }, _, begin, end) => {
  for (let i = begin; i < end; i++) y[i] = alpha * x[i] + (beta === 0 ? 0 : beta * y[i]);
};

export const activationForward: Reference = ({ x, y }, _, structural, begin, end) => {
  const { value } = activation(String(structural.activation));
  for (let i = begin; i < end; i++) y[i] = value(x[i]);
};

export const activationBackward: Reference = ({ x, dy, dx }, _, structural, begin, end) => {
  const { slope } = activation(String(structural.activation));
  for (let i = begin; i < end; i++) dx[i] = dy[i] * slope(x[i]);
};

export const activationBackwardInPlace: Reference = ({ x, dy }, _, structural, begin, end) => {
  const { value, slope } = activation(String(structural.activation));
  for (let i = begin; i < end; i++) {
    dy[i] *= slope(x[i]);
    x[i] = value(x[i]);
  }
};

export const dropout: Reference = ({ x, y }, uniforms, _, begin, end) => {
  const { columns } = uniforms;
  const mask = new DropoutMask(uniforms, columns);
  for (let row = begin; row < end; row++) {
    for (let column = 0; column < columns; column++) {
      const i = row * columns + column;
      y[i] = mask.apply(x[i], row, column);
    }
  }
};
