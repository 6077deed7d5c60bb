/** The reference of every backward kernel, in float64, compared with central differences of its forward reference. */
import { assert, assertEquals } from "@std/assert";
import {
  ACTIVATIONS,
  attentionBackwardKey,
  attentionBackwardQuery,
  attentionForward,
  attentionStatistics,
  crossEntropyBackward,
  crossEntropyForward,
  elementwiseActivationBackward,
  elementwiseActivationBackwardInPlace,
  elementwiseActivationForward,
  elementwiseDropout,
  embeddingForward,
  embeddingGather,
  embeddingScatter,
  embeddingSegmentSum,
  IGNORED,
  type Kernel,
  layerNormBackwardInput,
  layerNormBackwardParameters,
  layerNormForward,
  lossBinaryCrossEntropy,
  lossMeanSquaredError,
  poolingBackward,
  poolingForward,
  type Structural,
  type Uniforms,
} from "../../kernels/mod.ts";
import { normal, seededRandom } from "./support/case_arrays.ts";

type Arrays = Record<string, Float64Array | Uint32Array>;

const STEP = 1e-5;
const TOLERANCE = 1e-6;

const RANDOM = {
  seed_low: 11,
  seed_high: 22,
  stream: 3,
  step: 4,
  first_example: 9,
  rows_per_example: 2,
  threshold: 2 ** 30,
  keep_scale: 4 / 3,
};

function normals(length: number, seed: number): Float64Array {
  const random = seededRandom(seed);
  return Float64Array.from({ length }, () => normal(random));
}

function run(kernel: Kernel, arrays: Arrays, uniforms: Uniforms, structural: Structural = {}) {
  kernel.reference(arrays, uniforms, structural, 0, kernel.items(uniforms, structural));
}

/**
 * Compares `gradient` with the central difference of Σ upstream·output for every element of `input`. The random upstream gradient represents
 * the rest of a graph: a backward kernel that ignored it would be correct only as the last operation.
 */
function checkGradient(
  gradient: Float64Array,
  input: Float64Array,
  upstream: Float64Array,
  output: () => Float64Array,
): void {
  const objective = (): number => output().reduce((sum, y, i) => sum + y * upstream[i], 0);
  const size = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0) / gradient.length);
  assert(size > 0, "the gradient is zero");
  for (let i = 0; i < input.length; i++) {
    const kept = input[i];
    input[i] = kept + STEP;
    const above = objective();
    input[i] = kept - STEP;
    const below = objective();
    input[i] = kept;
    const difference = (above - below) / (2 * STEP);
    const error = Math.abs(gradient[i] - difference) / (Math.abs(difference) + size);
    assert(
      error <= TOLERANCE,
      `element ${i}: gradient ${gradient[i]}, difference quotient ${difference}`,
    );
  }
}

for (const activation of ACTIVATIONS) {
  Deno.test(`the backward kernels of ${activation} equal its derivative`, () => {
    const uniforms = { count: 40 };
    const x = normals(40, 1).map((v) => 3 * v), dy = normals(40, 2);
    const dx = new Float64Array(40), y = new Float64Array(40);
    run(elementwiseActivationBackward, { x, dy, dx }, uniforms, { activation });
    const output = (): Float64Array => {
      run(elementwiseActivationForward, { x, y }, uniforms, { activation });
      return y;
    };
    checkGradient(dx, x, dy, output);
    const inPlace = { x: x.slice(), dy: dy.slice() };
    run(elementwiseActivationBackwardInPlace, inPlace, uniforms, { activation });
    assertEquals(inPlace, { x: output(), dy: dx });
  });
}

Deno.test("dropout is its own backward kernel", () => {
  const uniforms = { rows: 6, columns: 5, ...RANDOM };
  const x = normals(30, 1), dy = normals(30, 2);
  const dx = new Float64Array(30), y = new Float64Array(30);
  run(elementwiseDropout, { x: dy, y: dx }, uniforms);
  checkGradient(dx, x, dy, () => {
    run(elementwiseDropout, { x, y }, uniforms);
    return y;
  });
});

for (const dropout of [false, true]) {
  Deno.test(`the backward kernels of layer normalization equal its derivatives, ${dropout ? "with" : "without"} dropout`, () => {
    const rows = 6, columns = 7, count = rows * columns;
    const uniforms = { rows, columns, epsilon: 1e-3, rows_per_chunk: rows, ...RANDOM };
    const structural = { residual: true, dropout };
    const x = normals(count, 1), hidden = normals(count, 2), dy = normals(count, 3);
    const gamma = normals(columns, 4), beta = normals(columns, 5);
    const s = new Float64Array(count), y = new Float64Array(count);
    const statistics = new Float64Array(2 * rows);
    const output = (): Float64Array => {
      run(
        layerNormForward,
        { x, hidden, gamma, beta, sum: s, y, statistics },
        uniforms,
        structural,
      );
      return y;
    };
    output();
    const dx = new Float64Array(count), dhidden = new Float64Array(count);
    run(layerNormBackwardInput, { s, statistics, gamma, dy, dx, dhidden }, uniforms, { dropout });
    const partial = new Float64Array(2 * columns);
    run(layerNormBackwardParameters, { s, statistics, dy, partial }, {
      ...uniforms,
      beta_column: columns,
    });
    const [dgamma, dbeta] = [partial.subarray(0, columns), partial.subarray(columns)];
    checkGradient(dx, x, dy, output);
    checkGradient(dropout ? dhidden : dx, hidden, dy, output);
    checkGradient(dgamma, gamma, dy, output);
    checkGradient(dbeta, beta, dy, output);
  });
}

Deno.test("the backward kernel of attention pooling equals its derivatives", () => {
  const batch = 2, sequence = 5, columns = 3;
  const uniforms = { batch, sequence, columns };
  const logits = normals(batch * sequence, 1), x = normals(batch * sequence * columns, 2);
  const dpooled = normals(batch * columns, 3);
  const weights = new Float64Array(logits.length), pooled = new Float64Array(dpooled.length);
  const output = (): Float64Array => {
    run(poolingForward, { logits, x, weights, pooled }, uniforms);
    return pooled;
  };
  output();
  const dlogits = new Float64Array(logits.length), dx = new Float64Array(x.length);
  run(poolingBackward, { weights: weights.slice(), x, dpooled, dlogits, dx }, uniforms);
  checkGradient(dlogits, logits, dpooled, output);
  checkGradient(dx, x, dpooled, output);
});

for (const dropout of [false, true]) {
  Deno.test(`the backward kernels of attention equal its derivatives, ${dropout ? "with" : "without"} dropout`, () => {
    const uniforms = {
      ...{ batch: 2, heads: 2, sequence: 5, size: 3, pitch: 15, out_pitch: 7, scale: 0.7 },
      ...RANDOM,
      rows_per_example: 10,
      dvalue_column: 8,
    };
    const count = 2 * 5 * 15, outCount = 2 * 5 * 7, rows = 2 * 2 * 5;
    const lengths = Uint32Array.of(5, 3);
    const [query, key, value] = [1, 2, 3].map((seed) => normals(count, seed));
    const dout = normals(outCount, 4);
    const out = new Float64Array(outCount), log_sum_exp = new Float64Array(rows);
    const output = (): Float64Array => {
      run(attentionForward, { query, key, value, lengths, out, log_sum_exp }, uniforms, {
        dropout,
      });
      return out;
    };
    output();
    const statistics = new Float64Array(2 * rows);
    run(attentionStatistics, { out, dout, log_sum_exp, statistics }, uniforms);
    const inputs = { query, key, value, dout, lengths, statistics };
    const dquery = new Float64Array(count), dkey_dvalue = new Float64Array(count);
    run(attentionBackwardQuery, { ...inputs, dquery }, uniforms, { dropout });
    run(attentionBackwardKey, { ...inputs, dkey_dvalue }, uniforms, { dropout });
    checkGradient(dquery, query, dout, output);
    const columnsFrom = (first: number): Float64Array =>
      key.map((_, i) => i % 15 < 6 ? dkey_dvalue[first + i] : 0);
    checkGradient(columnsFrom(0), key, dout, output);
    checkGradient(columnsFrom(uniforms.dvalue_column), value, dout, output);
  });
}

Deno.test("the backward kernel of cross-entropy equals its derivative", () => {
  const uniforms = { rows: 4, columns: 5, pitch: 8, scale: 0.3 };
  const logits = normals(32, 1);
  const labels = Uint32Array.of(2, IGNORED, 0, 4);
  const loss = new Float64Array(4), log_sum_exp = new Float64Array(4);
  const prediction = new Uint32Array(4);
  const output = (): Float64Array => {
    run(crossEntropyForward, { logits, labels, loss, log_sum_exp, prediction }, uniforms);
    return loss;
  };
  output();
  const gradient = logits.slice();
  run(crossEntropyBackward, { logits: gradient, labels, log_sum_exp }, uniforms);
  checkGradient(gradient, logits, new Float64Array(4).fill(uniforms.scale), output);
});

for (const kernel of [lossMeanSquaredError, lossBinaryCrossEntropy]) {
  Deno.test(`${kernel.name} also returns its derivative`, () => {
    const uniforms = { count: 20, scale: 0.3 };
    const x = normals(20, 1).map((v) => 4 * v);
    const targets = normals(20, 2).map((v) => 1 / (1 + Math.exp(v)));
    const loss = new Float64Array(20), dx = new Float64Array(20);
    run(kernel, { x, targets, loss, dx }, uniforms);
    const gradient = dx.slice();
    checkGradient(gradient, x, new Float64Array(20).fill(uniforms.scale), () => {
      run(kernel, { x, targets, loss, dx }, uniforms);
      return loss;
    });
  });
}

/** The positions of every index, sorted by index, for the gradient of a lookup. */
function segments(indices: Uint32Array): {
  offsets: Uint32Array;
  items: Uint32Array;
  rows: Uint32Array;
} {
  const order = [...indices.keys()].sort((a, b) => indices[a] - indices[b] || a - b);
  const rows = [...new Set(order.map((i) => indices[i]))];
  const offsets = rows.map((row) => order.findIndex((i) => indices[i] === row));
  return {
    offsets: Uint32Array.from([...offsets, order.length]),
    items: Uint32Array.from(order),
    rows: Uint32Array.from(rows),
  };
}

Deno.test("sums over sorted segments are the gradient of an embedding", () => {
  const rows = 7, columns = 3;
  const uniforms = { rows, columns, sequence: 4 };
  const ids = Uint32Array.of(4, 1, 4, 0, 2, 4, 1), type_ids = Uint32Array.of(0, 1, 1, 0, 0, 1, 1);
  const words = normals(5 * columns, 1), positions = normals(4 * columns, 2);
  const types = normals(2 * columns, 3), dout = normals(rows * columns, 4);
  const out = new Float64Array(rows * columns);
  const output = (): Float64Array => {
    run(embeddingForward, { words, positions, types, ids, type_ids, out }, uniforms);
    return out;
  };
  const places = Uint32Array.from({ length: rows }, (_, row) => row % uniforms.sequence);
  for (const [table, indices] of [[words, ids], [positions, places], [types, type_ids]] as const) {
    const gradient = new Float64Array(table.length);
    const sorted = segments(indices);
    run(
      embeddingSegmentSum,
      { x: dout, ...sorted, out: gradient },
      { segments: sorted.rows.length, columns },
      { accumulate: false },
    );
    checkGradient(gradient, table, dout, output);
  }
});

Deno.test("scatter is the gradient of gather", () => {
  const columns = 3, indices = Uint32Array.of(4, 1, 2);
  const x = normals(5 * columns, 1), dout = normals(indices.length * columns, 2);
  const out = new Float64Array(dout.length), dx = new Float64Array(x.length);
  run(embeddingScatter, { x: dout, indices, out: dx }, { count: 3, columns }, {
    accumulate: false,
  });
  checkGradient(dx, x, dout, () => {
    run(embeddingGather, { x, indices, out }, { count: 3, columns, pitch: columns });
    return out;
  });
});
