/**
 * Layer normalization in plain TypeScript.
 *
 * @module
 */
import type { Reference } from "../kernel.ts";
import { DropoutMask } from "../philox/dropout_mask.ts";

/** Columns of an item of {@linkcode backwardParameters}. */
export const COLUMN_BLOCK = 64;

export const forward: Reference = (
  { x, hidden, gamma, beta, sum, y, statistics },
  uniforms,
  { residual, dropout },
  begin,
  end,
) => {
  const { columns, epsilon } = uniforms;
  const mask = new DropoutMask(uniforms, columns);
  const s = residual ? sum : x;
  for (let row = begin; row < end; row++) {
    const start = row * columns;
    if (residual) {
      for (let column = 0; column < columns; column++) {
        const i = start + column;
        sum[i] = x[i] + (dropout ? mask.apply(hidden[i], row, column) : hidden[i]);
      }
    }
    let mean = 0;
    for (let column = 0; column < columns; column++) mean += s[start + column];
    mean /= columns;
    let variance = 0;
    for (let column = 0; column < columns; column++) variance += (s[start + column] - mean) ** 2;
    variance /= columns;
    const rstd = 1 / Math.sqrt(variance + epsilon);
    for (let column = 0; column < columns; column++) {
      const i = start + column;
      y[i] = (s[i] - mean) * rstd * gamma[column] + beta[column];
    }
    statistics[2 * row] = mean;
    statistics[2 * row + 1] = rstd;
  }
};

export const backwardInput: Reference = (
  { s, statistics, gamma, dy, dx, dhidden },
  uniforms,
  { dropout },
  begin,
  end,
) => {
  const { columns } = uniforms;
  const mask = new DropoutMask(uniforms, columns);
  for (let row = begin; row < end; row++) {
    const start = row * columns;
    const mean = statistics[2 * row], rstd = statistics[2 * row + 1];
    let meanGradient = 0;
    let meanProduct = 0;
    for (let column = 0; column < columns; column++) {
      const gradient = dy[start + column] * gamma[column];
      meanGradient += gradient;
      meanProduct += gradient * (s[start + column] - mean) * rstd;
    }
    meanGradient /= columns;
    meanProduct /= columns;
    for (let column = 0; column < columns; column++) {
      const i = start + column;
      const normal = (s[i] - mean) * rstd;
      dx[i] = rstd * (dy[i] * gamma[column] - meanGradient - normal * meanProduct);
      if (dropout) dhidden[i] = mask.apply(dx[i], row, column);
    }
  }
};

/** An item is a chunk of rows and a block of columns. */
export const backwardParameters: Reference = (
  { s, statistics, dy, partial },
  { rows, columns, rows_per_chunk, beta_column },
  _,
  begin,
  end,
) => {
  const blocks = Math.ceil(columns / COLUMN_BLOCK);
  const gammaSum = new Float64Array(COLUMN_BLOCK);
  const betaSum = new Float64Array(COLUMN_BLOCK);
  for (let item = begin; item < end; item++) {
    const chunk = Math.floor(item / blocks);
    const first = (item % blocks) * COLUMN_BLOCK;
    const last = Math.min(first + COLUMN_BLOCK, columns);
    gammaSum.fill(0);
    betaSum.fill(0);
    const lastRow = Math.min((chunk + 1) * rows_per_chunk, rows);
    for (let row = chunk * rows_per_chunk; row < lastRow; row++) {
      const mean = statistics[2 * row], rstd = statistics[2 * row + 1];
      for (let column = first; column < last; column++) {
        const i = row * columns + column;
        gammaSum[column - first] += dy[i] * (s[i] - mean) * rstd;
        betaSum[column - first] += dy[i];
      }
    }
    for (let column = first; column < last; column++) {
      const i = 2 * chunk * beta_column + column;
      partial[i] = gammaSum[column - first];
      partial[i + beta_column] = betaSum[column - first];
    }
  }
};
