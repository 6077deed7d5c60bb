/**
 * Writes ONNX files: the messages of onnx.proto that a model without training, functions and subgraphs needs.
 *
 * Source: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto (field numbers and constants).
 *
 * @module
 */
import { PbfWriter } from "pbf";

/** Element types, `TensorProto.DataType`. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
} as const;

/** Name of an element type. */
export type ElementType = keyof typeof ELEMENT_TYPES;

/** Value of an attribute: an integer, a list of integers, or `{ float }`, since ONNX distinguishes 1 and 1.0. */
export type AttributeValue = number | readonly number[] | { readonly float: number };

/** An operation. */
export interface OnnxNode {
  /** Unique name. */
  readonly name: string;
  /** Operator of the default operator set, such as `MatMul`. */
  readonly operator: string;
  /** Names of values. An empty name stands for an omitted input. */
  readonly inputs: readonly string[];
  /** Names of values. */
  readonly outputs: readonly string[];
  /** Attributes by name. */
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

/** A constant, such as a weight. Its bytes are computed when the file is written. */
export interface OnnxTensor {
  /** Unique name of the value. */
  readonly name: string;
  /** Element type. */
  readonly type: ElementType;
  /** Dimensions, outermost first. */
  readonly shape: readonly number[];
  /** Size in bytes. */
  readonly byteLength: number;
  /** Returns the elements in row-major order, little-endian. */
  bytes(): Uint8Array;
}

/** An input or output of a model. */
export interface OnnxValue {
  /** Name of the value. */
  readonly name: string;
  /** Element type. */
  readonly type: ElementType;
  /** Dimensions: sizes, or names of sizes that vary. */
  readonly shape: readonly (number | string)[];
}

/** A model. */
export interface OnnxModel {
  /** Name of the graph. */
  readonly name: string;
  /** Version of the default operator set. */
  readonly operatorSet: number;
  /** Operations, each after those that compute its inputs. */
  readonly nodes: readonly OnnxNode[];
  /** Constants. */
  readonly tensors: readonly OnnxTensor[];
  /** Inputs. */
  readonly inputs: readonly OnnxValue[];
  /** Outputs. */
  readonly outputs: readonly OnnxValue[];
}

/** An encoded file. */
export interface EncodedModel {
  /** Size in bytes. */
  readonly byteLength: number;
  /** Returns the file in pieces, one per tensor, so that a model is never in memory twice. */
  pieces(): Generator<Uint8Array>;
}

/** Version of the file format (2021); readers accept their own version and all earlier ones. */
const IR_VERSION = 8;
const PRODUCER = "@albert-lab/albert";
/** Wire type of messages, text and bytes. */
const LENGTH_DELIMITED = 2;
const ATTRIBUTE_FLOAT = 1, ATTRIBUTE_INTEGER = 2, ATTRIBUTE_INTEGERS = 7;
/** The largest protobuf message. */
const MAX_BYTES = 2 ** 31 - 1;

const FIELDS = {
  model: { irVersion: 1, producerName: 2, graph: 7, operatorSets: 8 },
  operatorSet: { version: 2 },
  graph: { nodes: 1, name: 2, tensors: 5, inputs: 11, outputs: 12 },
  node: { inputs: 1, outputs: 2, name: 3, operator: 4, attributes: 5 },
  attribute: { name: 1, float: 2, integer: 3, integers: 8, type: 20 },
  tensor: { dimensions: 1, type: 2, name: 8, bytes: 9 },
  value: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { element: 1, shape: 2 },
  shape: { dimensions: 1 },
  dimension: { size: 1, name: 2 },
} as const;

/**
 * Encodes a model as an ONNX file.
 *
 * @throws {RangeError} if the file would exceed 2 GiB, the limit of protobuf messages
 */
export function encodeModel(model: OnnxModel): EncodedModel {
  const fields = FIELDS.model;
  const graph = graphPieces(model);
  const graphBytes = graph.reduce((sum, { byteLength }) => sum + byteLength, 0);
  const head = written((pbf) => {
    pbf.writeVarintField(fields.irVersion, IR_VERSION);
    pbf.writeStringField(fields.producerName, PRODUCER);
    pbf.writeTag(fields.graph, LENGTH_DELIMITED);
    pbf.writeVarint(graphBytes);
  });
  const tail = written((pbf) =>
    pbf.writeMessage(fields.operatorSets, (_, inner) => {
      inner.writeVarintField(FIELDS.operatorSet.version, model.operatorSet);
    }, null)
  );
  const byteLength = head.length + graphBytes + tail.length;
  if (byteLength > MAX_BYTES) {
    throw new RangeError(
      `The ONNX file would have ${byteLength} bytes; the limit of the format is ${MAX_BYTES}. ` +
        "Use half precision or int8 weights.",
    );
  }
  return {
    byteLength,
    *pieces() {
      yield head;
      for (const { bytes } of graph) yield bytes();
      yield tail;
    },
  };
}

type Piece = Pick<OnnxTensor, "byteLength" | "bytes">;

function graphPieces({ name, nodes, tensors, inputs, outputs }: OnnxModel): Piece[] {
  const fields = FIELDS.graph;
  const piece = (bytes: Uint8Array): Piece => ({ byteLength: bytes.length, bytes: () => bytes });
  return [
    piece(written((pbf) => {
      for (const node of nodes) pbf.writeMessage(fields.nodes, writeNode, node);
      pbf.writeStringField(fields.name, name);
    })),
    ...tensors.flatMap((tensor) => [
      piece(written((pbf) => {
        const description = written((inner) => writeDescription(tensor, inner));
        pbf.writeTag(fields.tensors, LENGTH_DELIMITED);
        pbf.writeVarint(description.length + tensor.byteLength);
        pbf.realloc(description.length);
        pbf.buf.set(description, pbf.pos);
        pbf.pos += description.length;
      })),
      tensor,
    ]),
    piece(written((pbf) => {
      for (const input of inputs) pbf.writeMessage(fields.inputs, writeValue, input);
      for (const output of outputs) pbf.writeMessage(fields.outputs, writeValue, output);
    })),
  ];
}

/** Writes a tensor up to the length of its bytes, which follow. */
function writeDescription({ name, type, shape, byteLength }: OnnxTensor, pbf: PbfWriter): void {
  const fields = FIELDS.tensor;
  pbf.writePackedVarint(fields.dimensions, [...shape]);
  pbf.writeVarintField(fields.type, ELEMENT_TYPES[type]);
  pbf.writeStringField(fields.name, name);
  pbf.writeTag(fields.bytes, LENGTH_DELIMITED);
  pbf.writeVarint(byteLength);
}

function writeNode(node: OnnxNode, pbf: PbfWriter): void {
  const fields = FIELDS.node;
  for (const name of node.inputs) pbf.writeStringField(fields.inputs, name);
  for (const name of node.outputs) pbf.writeStringField(fields.outputs, name);
  pbf.writeStringField(fields.name, node.name);
  pbf.writeStringField(fields.operator, node.operator);
  for (const attribute of Object.entries(node.attributes)) {
    pbf.writeMessage(fields.attributes, writeAttribute, attribute);
  }
}

function writeAttribute([name, value]: [string, AttributeValue], pbf: PbfWriter): void {
  const fields = FIELDS.attribute;
  pbf.writeStringField(fields.name, name);
  if (typeof value === "number") {
    pbf.writeVarintField(fields.integer, value);
    pbf.writeVarintField(fields.type, ATTRIBUTE_INTEGER);
  } else if ("float" in value) {
    pbf.writeFloatField(fields.float, value.float);
    pbf.writeVarintField(fields.type, ATTRIBUTE_FLOAT);
  } else {
    for (const integer of value) pbf.writeVarintField(fields.integers, integer);
    pbf.writeVarintField(fields.type, ATTRIBUTE_INTEGERS);
  }
}

function writeValue({ name, type, shape }: OnnxValue, pbf: PbfWriter): void {
  pbf.writeStringField(FIELDS.value.name, name);
  pbf.writeMessage(FIELDS.value.type, (_, ofType) => {
    ofType.writeMessage(FIELDS.type.tensor, (_, ofTensor) => {
      ofTensor.writeVarintField(FIELDS.tensorType.element, ELEMENT_TYPES[type]);
      ofTensor.writeMessage(FIELDS.tensorType.shape, (_, ofShape) => {
        for (const size of shape) {
          ofShape.writeMessage(FIELDS.shape.dimensions, writeDimension, size);
        }
      }, null);
    }, null);
  }, null);
}

function writeDimension(size: number | string, pbf: PbfWriter): void {
  if (typeof size === "number") pbf.writeVarintField(FIELDS.dimension.size, size);
  else pbf.writeStringField(FIELDS.dimension.name, size);
}

function written(write: (pbf: PbfWriter) => void): Uint8Array {
  const pbf = new PbfWriter();
  write(pbf);
  return pbf.finish().slice();
}
