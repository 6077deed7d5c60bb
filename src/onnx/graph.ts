/**
 * Builds the graph of an ONNX model from the layers of an encoder, in the precision of the file.
 *
 * @module
 */
import type { NormSpec, ParameterSpec } from "../model/mod.ts";
import { type Activation, elements } from "../tensor/mod.ts";
import { toHalf } from "../weights/mod.ts";
import type { OnnxPrecision } from "./names.ts";
import { quantizeRows, transposed, ZERO_POINT } from "./numbers.ts";
import {
  type AttributeValue,
  ELEMENT_TYPES,
  type ElementType,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from "./proto.ts";

/** Name of a value of the graph. */
export type Value = string;

/** Names of the dimensions that vary. */
export const BATCH = "batch_size", SEQUENCE = "sequence_length", CHOICES = "num_choices";

/** Version of the operators, of 2022: the first one with LayerNormalization. */
const OPERATOR_SET = 17;

/** Added to the attention scores of padding. It is the most negative float32 number, as in transformers; f16 needs room for the sum. */
const MASKED = { float32: -3.4028234663852886e38, float16: -1e4 };

/** Builds a graph. Every method that adds operations returns the name of their result. */
export class GraphBuilder {
  readonly #precision: OnnxPrecision;
  readonly #values: (spec: ParameterSpec) => Float32Array;
  readonly #nodes: OnnxNode[] = [];
  readonly #tensors = new Map<string, OnnxTensor>();
  readonly #inputs: OnnxValue[] = [];
  readonly #outputs: OnnxValue[] = [];
  readonly #quantized = new Map<Value, { bytes: Value; scale: Value; zero: Value }>();
  #prefix = "";

  /**
   * Starts an empty graph.
   *
   * @param values returns the values of a parameter
   */
  constructor(precision: OnnxPrecision, values: (spec: ParameterSpec) => Float32Array) {
    this.#precision = precision;
    this.#values = values;
  }

  /** The element type of hidden states. */
  get type(): "float32" | "float16" {
    return this.#precision === "f16" ? "float16" : "float32";
  }

  /** What to add to the attention scores of padding. */
  get masked(): number {
    return MASKED[this.type];
  }

  /** Puts the names of the operations that `build` adds below `name`. */
  within<T>(name: string, build: () => T): T {
    const outside = this.#prefix;
    this.#prefix = `${outside}${name}/`;
    try {
      return build();
    } finally {
      this.#prefix = outside;
    }
  }

  /** Declares an input of int64 numbers. */
  input(name: string, shape: readonly (number | string)[]): Value {
    this.#inputs.push({ name, type: "int64", shape });
    return name;
  }

  /** Declares an output. Hidden states become float32. */
  output(
    name: string,
    value: Value,
    shape: readonly (number | string)[],
    type: "float32" | "int64" = "float32",
  ): void {
    if (type === "float32" && this.type === "float16") {
      this.#add("Cast", [value], { to: ELEMENT_TYPES.float32 }, [name]);
    } else this.#add("Identity", [value], {}, [name]);
    this.#outputs.push({ name, type, shape });
  }

  /** Adds an operation with one output. */
  op(
    operator: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): Value {
    return this.ops(operator, inputs, attributes, 1)[0];
  }

  /** Adds an operation with several outputs. */
  ops(
    operator: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, AttributeValue>>,
    outputs: number,
  ): Value[] {
    const name = `${this.#prefix}${operator}_${this.#nodes.length}`;
    const results = Array.from({ length: outputs }, (_, i) => `${name}:${i}`);
    this.#add(operator, inputs, attributes, results, name);
    return results;
  }

  #add(
    operator: string,
    inputs: readonly Value[],
    attributes: Readonly<Record<string, AttributeValue>>,
    outputs: readonly Value[],
    name = `${this.#prefix}${operator}_${this.#nodes.length}`,
  ): void {
    this.#nodes.push({ name, operator, inputs, outputs, attributes });
  }

  /** A constant list of int64 numbers. */
  integers(...values: readonly number[]): Value {
    return this.#constant(`integers_${values.join("_")}`, "int64", [values.length], () => {
      return new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    });
  }

  /** A constant int64 number without dimensions. */
  integer(value: number): Value {
    return this.#constant(`integer_${value}`, "int64", [], () => {
      return new Uint8Array(BigInt64Array.of(BigInt(value)).buffer);
    });
  }

  /** A constant number of the type of hidden states, without dimensions. */
  number(value: number): Value {
    return this.#constant(`number_${value}`, this.type, [], () => this.#floats("", [value]));
  }

  /** Converts to the type of hidden states. */
  float(value: Value): Value {
    return this.op("Cast", [value], { to: ELEMENT_TYPES[this.type] });
  }

  /** A parameter in its shape. */
  parameter(spec: ParameterSpec): Value {
    return this.#constant(
      spec.name,
      this.type,
      spec.shape,
      () => this.#floats(spec.name, this.#values(spec)),
    );
  }

  /**
   * Looks up rows of an embedding table.
   *
   * @param ids int64, any shape
   * @returns the shape of `ids`, and the row size as the last dimension
   */
  lookUp(table: ParameterSpec, ids: Value): Value {
    if (this.#precision !== "int8") return this.op("Gather", [this.parameter(table), ids]);
    const { bytes, scales } = this.#quantizedTable(table);
    const rows = this.op("Cast", [this.op("Gather", [bytes, ids])], { to: ELEMENT_TYPES.float32 });
    const scale = this.op("Unsqueeze", [this.op("Gather", [scales, ids]), this.integers(-1)]);
    return this.op("Mul", [this.op("Sub", [rows, this.number(ZERO_POINT)]), scale]);
  }

  /** Computes `x·Wᵀ + b`; without `bias`, `x·Wᵀ`. */
  dense(x: Value, { weight, bias }: { weight: ParameterSpec; bias?: ParameterSpec }): Value {
    const y = this.#precision === "int8"
      ? this.#quantizedMatmul(x, weight)
      : this.op("MatMul", [x, this.#transposedWeight(weight)]);
    return bias === undefined ? y : this.op("Add", [y, this.parameter(bias)]);
  }

  /** Computes `x·Tᵀ` with an embedding table `T` `[rows, size]`, which is in the file once. */
  tableMatmul(x: Value, table: ParameterSpec): Value {
    const matrix = (value: Value) => this.op("Transpose", [value], { perm: [1, 0] });
    if (this.#precision !== "int8") return this.op("MatMul", [x, matrix(this.parameter(table))]);
    const { bytes, scales } = this.#quantizedTable(table);
    return this.#integerMatmul(x, matrix(bytes), scales);
  }

  /** Layer normalization over the last dimension. */
  layerNorm(x: Value, { weight, bias }: NormSpec, epsilon: number): Value {
    const inputs = [x, this.parameter(weight), this.parameter(bias)];
    return this.op("LayerNormalization", inputs, { axis: -1, epsilon: { float: epsilon } });
  }

  /** An activation function. */
  activation(name: Activation, x: Value): Value {
    if (name === "tanh") return this.op("Tanh", [x]);
    if (name === "relu") return this.op("Relu", [x]);
    // The forms that onnxruntime fuses to one operation.
    const one = this.number(1), half = this.number(0.5);
    if (name === "gelu") {
      const error = this.op("Erf", [this.op("Div", [x, this.number(Math.SQRT2)])]);
      return this.op("Mul", [this.op("Mul", [x, this.op("Add", [error, one])]), half]);
    }
    const cube = this.op("Mul", [this.op("Mul", [x, x]), x]);
    const cubic = this.op("Mul", [cube, this.number(0.044715)]);
    const inner = this.op("Mul", [
      this.op("Add", [x, cubic]),
      this.number(Math.sqrt(2 / Math.PI)),
    ]);
    const sum = this.op("Add", [this.op("Tanh", [inner]), one]);
    return this.op("Mul", [this.op("Mul", [x, half]), sum]);
  }

  /** Returns the graph. */
  finish(name: string): OnnxModel {
    return {
      name,
      operatorSet: OPERATOR_SET,
      nodes: this.#nodes,
      tensors: [...this.#tensors.values()],
      inputs: this.#inputs,
      outputs: this.#outputs,
    };
  }

  /** `Wᵀ` as `[inputs, outputs]`, the order that MatMul needs. */
  #transposedWeight({ name, shape }: ParameterSpec): Value {
    const spec = { name, shape, kind: "matrix" } as const;
    return this.#constant(`${name}_transposed`, this.type, [shape[1], shape[0]], () => {
      return this.#floats(name, transposed(this.#values(spec), shape[0]));
    });
  }

  #quantizedMatmul(x: Value, weight: ParameterSpec): Value {
    const { name, shape: [outputs, inputs] } = weight;
    const bytesName = `${name}_transposed_quantized`, scalesName = `${name}_scale`;
    if (!this.#tensors.has(bytesName)) {
      const { bytes, scales } = quantizeRows(name, this.#values(weight), outputs);
      const columns = transposed(bytes, outputs);
      this.#constant(bytesName, "uint8", [inputs, outputs], () => columns);
      this.#constant(scalesName, "float32", [outputs], () => new Uint8Array(scales.buffer));
    }
    return this.#integerMatmul(x, bytesName, scalesName);
  }

  #quantizedTable(table: ParameterSpec): { bytes: Value; scales: Value } {
    const { name, shape } = table;
    const names = { bytes: `${name}_quantized`, scales: `${name}_scale` };
    if (!this.#tensors.has(names.bytes)) {
      const { bytes, scales } = quantizeRows(name, this.#values(table), shape[0]);
      this.#constant(names.bytes, "uint8", shape, () => bytes);
      this.#constant(names.scales, "float32", [shape[0]], () => new Uint8Array(scales.buffer));
    }
    return names;
  }

  /** `x·M` in integers. `x` gets one scale and one zero point, computed from its range when the model runs. */
  #integerMatmul(x: Value, matrix: Value, scales: Value): Value {
    let dynamic = this.#quantized.get(x);
    if (dynamic === undefined) {
      const [bytes, scale, zero] = this.ops("DynamicQuantizeLinear", [x], {}, 3);
      dynamic = { bytes, scale, zero };
      this.#quantized.set(x, dynamic);
    }
    const zero = this.#constant("zero_point", "uint8", [], () => Uint8Array.of(ZERO_POINT));
    const sums = this.op("MatMulInteger", [dynamic.bytes, matrix, dynamic.zero, zero]);
    const floats = this.op("Cast", [sums], { to: ELEMENT_TYPES.float32 });
    return this.op("Mul", [floats, this.op("Mul", [dynamic.scale, scales])]);
  }

  #floats(name: string, values: ArrayLike<number>): Uint8Array {
    const floats = Float32Array.from(values);
    return new Uint8Array(this.type === "float16" ? toHalf(name, floats).buffer : floats.buffer);
  }

  /** Adds a constant if none has this name. */
  #constant(
    name: string,
    type: ElementType,
    shape: readonly number[],
    bytes: () => Uint8Array,
  ): Value {
    if (!this.#tensors.has(name)) {
      const byteLength = elements(shape) * ELEMENT_BYTES[type];
      // Conversion to f16 can fail, so it is done before the file is written.
      const content = type === "float16" ? bytes() : undefined;
      this.#tensors.set(name, { name, type, shape, byteLength, bytes: () => content ?? bytes() });
    }
    return name;
  }
}

const ELEMENT_BYTES: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int32: 4,
  int64: 8,
  bool: 1,
  float16: 2,
};
