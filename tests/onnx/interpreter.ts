/**
 * Computes ONNX models operation by operation, in plain TypeScript. It follows the specification of the operators
 * (https://onnx.ai/onnx/operators) and uses no code of the export.
 */
import type { Attribute, Graph, Value } from "./read_onnx.ts";

/**
 * Computes the outputs of a graph.
 *
 * @throws {Error} if an operation uses a value that is not defined yet, or is not known
 */
export function runOnnx(graph: Graph, feeds: Readonly<Record<string, Value>>): Map<string, Value> {
  const values = new Map<string, Value>([...graph.tensors, ...Object.entries(feeds)]);
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`${node.name}: ${name} is not defined`);
      return value;
    });
    const operator = OPERATORS[node.operator];
    if (operator === undefined) throw new Error(`${node.operator} is not known`);
    const results = [operator(inputs, node.attributes)].flat();
    node.outputs.forEach((name, i) => {
      if (values.has(name)) throw new Error(`${name} is defined twice`);
      values.set(name, results[i]);
    });
  }
  return new Map(graph.outputs.map(({ name }) => [name, values.get(name)!]));
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** Row-major index of each position of `shape` in an array of shape `inner` that is broadcast to it. */
function* broadcastIndices(inner: readonly number[], shape: readonly number[]): Generator<number> {
  const strides = stridesOf(inner);
  const offset = shape.length - inner.length;
  const total = size(shape), outer = stridesOf(shape);
  for (let flat = 0; flat < total; flat++) {
    let index = 0;
    for (let axis = 0; axis < inner.length; axis++) {
      if (inner[axis] === 1) continue;
      index += Math.floor(flat / outer[axis + offset]) % shape[axis + offset] * strides[axis];
    }
    yield index;
  }
}

function stridesOf(shape: readonly number[]): number[] {
  return shape.map((_, axis) => size(shape.slice(axis + 1)));
}

function commonShape(shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(...shapes.map(({ length }) => length));
  return Array.from({ length: rank }, (_, axis) => {
    const sizes = shapes.map((shape) => shape[shape.length - rank + axis] ?? 1);
    const longest = Math.max(...sizes);
    if (sizes.some((one) => one !== 1 && one !== longest)) {
      throw new Error(`cannot broadcast ${sizes}`);
    }
    return longest;
  });
}

type Operator = (
  inputs: Value[],
  attributes: Readonly<Record<string, Attribute>>,
) => Value | Value[];

function elementwise(compute: (...values: number[]) => number): Operator {
  return (inputs) => {
    const shape = commonShape(inputs.map(({ shape }) => shape));
    const indices = inputs.map((input) => [...broadcastIndices(input.shape, shape)]);
    const data = Float64Array.from(
      { length: size(shape) },
      (_, i) => compute(...inputs.map(({ data }, input) => data[indices[input][i]])),
    );
    return { shape, data };
  };
}

/** Applies a function to each row of the last dimension. */
function byRow(compute: (row: Float64Array) => ArrayLike<number>): Operator {
  return ([{ shape, data }], { axis = -1 }) => {
    if (axis !== -1) throw new Error(`axis ${axis}`);
    const columns = shape.at(-1)!;
    const result = data.slice();
    for (let from = 0; from < data.length; from += columns) {
      result.set(compute(data.subarray(from, from + columns)), from);
    }
    return { shape, data: result };
  };
}

function softmaxRow(row: Float64Array): Float64Array {
  const largest = Math.max(...row);
  const powers = row.map((value) => Math.exp(value - largest));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}

/** Abramowitz and Stegun 7.1.5: the Maclaurin series, and 1 for large numbers. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let term = x, sum = x;
  for (let n = 1; n < 200; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}

const matmul: Operator = ([a, b]) => {
  const [rows, inner] = a.shape.slice(-2), columns = b.shape.at(-1)!;
  if (b.shape.at(-2) !== inner) throw new Error(`[${a.shape}] · [${b.shape}]`);
  const batch = commonShape([a.shape.slice(0, -2), b.shape.slice(0, -2)]);
  const as = [...broadcastIndices(a.shape.slice(0, -2), batch)];
  const bs = [...broadcastIndices(b.shape.slice(0, -2), batch)];
  const data = new Float64Array(size(batch) * rows * columns);
  for (const [at, from] of as.entries()) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += a.data[(from * rows + row) * inner + k] *
            b.data[(bs[at] * inner + k) * columns + column];
        }
        data[(at * rows + row) * columns + column] = sum;
      }
    }
  }
  return { shape: [...batch, rows, columns], data };
};

const gather: Operator = ([values, indices], { axis = 0 }) => {
  const at = axis as number;
  const before = size(values.shape.slice(0, at)), after = size(values.shape.slice(at + 1));
  const data = new Float64Array(before * indices.data.length * after);
  let to = 0;
  for (let i = 0; i < before; i++) {
    for (const index of indices.data) {
      if (index < 0 || index >= values.shape[at]) throw new Error(`index ${index}`);
      const from = (i * values.shape[at] + index) * after;
      data.set(values.data.subarray(from, from + after), to);
      to += after;
    }
  }
  const shape = [...values.shape.slice(0, at), ...indices.shape, ...values.shape.slice(at + 1)];
  return { shape, data };
};

/** Reduces the last dimension. */
function reduceLast(
  { shape, data }: Value,
  axes: Attribute,
  keepdims: Attribute,
  reduce: (row: Float64Array) => number,
): Value {
  const [axis, ...more] = axes as number[];
  const columns = shape.at(axis)!;
  if (more.length > 0 || columns !== shape.at(-1)) throw new Error(`axes ${axes} of [${shape}]`);
  const rows = Array.from(
    { length: data.length / columns },
    (_, row) => reduce(data.subarray(row * columns, (row + 1) * columns)),
  );
  const outer = shape.slice(0, -1);
  return { shape: keepdims === 1 ? [...outer, 1] : outer, data: Float64Array.from(rows) };
}

const scalar = (value: number): Value => ({ shape: [], data: Float64Array.of(value) });

const OPERATORS: Readonly<Record<string, Operator>> = {
  Identity: ([x]) => x,
  // Values are float64, so only the conversion from fractions to integers would change them, which no model needs.
  Cast: ([x]) => x,
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b) => a / b),
  Min: elementwise((a, b) => Math.min(a, b)),
  Max: elementwise((a, b) => Math.max(a, b)),
  Log: elementwise(Math.log),
  Greater: elementwise((a, b) => Number(a > b)),
  GreaterOrEqual: elementwise((a, b) => Number(a >= b)),
  Less: elementwise((a, b) => Number(a < b)),
  Equal: elementwise((a, b) => Number(a === b)),
  And: elementwise((a, b) => a * b),
  Or: elementwise((a, b) => Math.max(a, b)),
  Not: elementwise((a) => 1 - a),
  Where: elementwise((condition, a, b) => condition === 1 ? a : b),
  Tanh: elementwise(Math.tanh),
  Relu: elementwise((x) => Math.max(0, x)),
  Erf: elementwise(erf),
  Softmax: byRow(softmaxRow),
  LogSoftmax: byRow((row) => softmaxRow(row).map(Math.log)),
  MatMul: matmul,
  Gather: gather,
  Shape: ([{ shape }]) => ({ shape: [shape.length], data: Float64Array.from(shape) }),
  Range: ([{ data: [start] }, { data: [limit] }, { data: [delta] }]) => {
    const data = Float64Array.from(
      { length: (limit - start) / delta },
      (_, i) => start + i * delta,
    );
    return { shape: [data.length], data };
  },
  Reshape: ([{ shape, data }, { data: target }]) => {
    const sizes = Array.from(target, (one, axis) => one === 0 ? shape[axis] : one);
    const known = sizes.filter((one) => one !== -1).reduce((a, b) => a * b, 1);
    const result = sizes.map((one) => one === -1 ? data.length / known : one);
    if (size(result) !== data.length) throw new Error(`[${shape}] to [${result}]`);
    return { shape: result, data };
  },
  Transpose: ([{ shape, data }], { perm }) => {
    const order = perm as number[];
    const result = order.map((axis) => shape[axis]), strides = stridesOf(shape);
    const outer = stridesOf(result);
    return {
      shape: result,
      data: data.map((_, flat) =>
        data[
          order.reduce(
            (index, axis, i) => index + Math.floor(flat / outer[i]) % result[i] * strides[axis],
            0,
          )
        ]
      ),
    };
  },
  Slice: ([value, { data: [start] }, { data: [end] }, { data: [axis] }]) => {
    const to = Math.min(end, value.shape[axis]);
    const indices = Float64Array.from({ length: to - start }, (_, i) => start + i);
    return gather([value, { shape: [indices.length], data: indices }], { axis });
  },
  Unsqueeze: ([{ shape, data }, { data: axes }]) => {
    const rank = shape.length + axes.length;
    const result = [...shape];
    for (const axis of [...axes].map((axis) => axis < 0 ? axis + rank : axis).sort()) {
      result.splice(axis, 0, 1);
    }
    return { shape: result, data };
  },
  Squeeze: ([{ shape, data }, { data: [axis] }]) => {
    if (shape.at(axis) !== 1) throw new Error(`axis ${axis} of [${shape}]`);
    return { shape: shape.toSpliced(axis, 1), data };
  },
  Concat: (inputs, { axis }) => {
    const rank = inputs[0].shape.length, at = (axis as number + rank) % rank;
    const before = size(inputs[0].shape.slice(0, at));
    const shape = inputs[0].shape.with(at, inputs.reduce((sum, { shape }) => sum + shape[at], 0));
    const parts = Array.from({ length: before }, (_, i) =>
      inputs.flatMap(({ shape, data }) => {
        const length = size(shape.slice(at));
        return [...data.subarray(i * length, (i + 1) * length)];
      }));
    return { shape, data: Float64Array.from(parts.flat()) };
  },
  Expand: ([value, { data }]) => {
    const shape = commonShape([value.shape, [...data]]);
    const indices = [...broadcastIndices(value.shape, shape)];
    return { shape, data: Float64Array.from(indices, (index) => value.data[index]) };
  },
  GatherND: ([{ shape, data }, indices], { batch_dims }) => {
    if (batch_dims !== 1 || indices.shape.at(-1) !== 1) throw new Error("batch_dims");
    const [batch, rows, ...inner] = shape, counts = indices.shape.slice(1, -1);
    const columns = size(inner), count = size(counts);
    const parts = Array.from(indices.data, (index, i) => {
      const from = (Math.floor(i / count) * rows + index) * columns;
      return [...data.subarray(from, from + columns)];
    });
    return { shape: [batch, ...counts, ...inner], data: Float64Array.from(parts.flat()) };
  },
  TopK: ([{ shape, data }, { data: [count] }]) => {
    const columns = shape.at(-1)!;
    const indices: number[] = [], values: number[] = [];
    for (let from = 0; from < data.length; from += columns) {
      const row = data.subarray(from, from + columns);
      const order = [...row.keys()].sort((a, b) => row[b] - row[a] || a - b).slice(0, count);
      indices.push(...order);
      values.push(...order.map((index) => row[index]));
    }
    const top = shape.with(-1, count);
    return [values, indices].map((list) => ({ shape: top, data: Float64Array.from(list) }));
  },
  GatherElements: ([{ shape, data }, indices], { axis }) => {
    if (axis !== 1 || shape.length !== 2) throw new Error(`axis ${axis} of [${shape}]`);
    const columns = indices.shape[1];
    return {
      shape: indices.shape,
      data: indices.data.map((index, i) => data[Math.floor(i / columns) * shape[1] + index]),
    };
  },
  ReduceMax: ([x], { axes, keepdims }) => reduceLast(x, axes, keepdims, (row) => Math.max(...row)),
  ReduceSum: ([x, { data: axes }], { keepdims }) =>
    reduceLast(x, [...axes], keepdims, (row) => row.reduce((a, b) => a + b)),
  ArgMax: ([x], { axis, keepdims }) =>
    reduceLast(x, [axis as number], keepdims, (row) => row.indexOf(Math.max(...row))),
  LayerNormalization: ([x, weight, bias], { axis = -1, epsilon = 1e-5 }) => {
    const normalized = byRow((row) => {
      const mean = row.reduce((a, b) => a + b) / row.length;
      const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
      const deviation = Math.sqrt(variance + (epsilon as number));
      return row.map((value, i) => (value - mean) / deviation * weight.data[i] + bias.data[i]);
    });
    return normalized([x], { axis });
  },
  DynamicQuantizeLinear: ([{ shape, data }]) => {
    const low = data.reduce((a, b) => Math.min(a, b), 0),
      high = data.reduce((a, b) => Math.max(a, b), 0);
    const scale = (high - low) / 255 || 1;
    const saturated = (value: number) => Math.min(255, Math.max(0, Math.round(value)));
    const zero = saturated(-low / scale);
    const bytes = data.map((value) => saturated(Math.round(value / scale) + zero));
    return [{ shape, data: bytes }, scalar(scale), scalar(zero)];
  },
  MatMulInteger: ([a, b, aZero, bZero]) => {
    const shifted = ({ shape, data }: Value, { data: [zero] }: Value) => ({
      shape,
      data: data.map((value) => value - zero),
    });
    return matmul([shifted(a, aZero), shifted(b, bZero)], {});
  },
};
