/** Reads ONNX files. It shares no code with the export. */
import { PbfReader } from "pbf";

/** A value of a graph; the data of int64 and bool values are numbers, too. */
export interface Value {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An attribute: an integer, a number or a list of integers. */
export type Attribute = number | number[];

interface Node {
  readonly name: string;
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
}

/** The content of a file. */
export interface Graph {
  readonly irVersion: number;
  readonly operatorSet: number;
  readonly nodes: readonly Node[];
  readonly tensors: ReadonlyMap<string, Value & { readonly type: number }>;
  readonly inputs: readonly string[];
  readonly outputs: readonly {
    readonly name: string;
    readonly type: number;
    readonly shape: (string | number)[];
  }[];
}

type Fields = (tag: number, pbf: PbfReader) => void;
/** Reads a message, field by field. */
const message = (pbf: PbfReader, fields: Fields) => {
  const end = pbf.readVarint() + pbf.pos;
  pbf.readFields((tag, _, pbf) => fields(tag, pbf!), null, end);
};

/** Parses a file. */
export function readOnnx(bytes: Uint8Array): Graph {
  const graph = {
    irVersion: 0,
    operatorSet: 0,
    nodes: [] as Node[],
    tensors: new Map<string, Value & { type: number }>(),
    inputs: [] as string[],
    outputs: [] as { name: string; type: number; shape: (string | number)[] }[],
  };
  const fields: Fields = (tag, pbf) => {
    if (tag === 1) graph.nodes.push(readNode(pbf));
    else if (tag === 5) {
      const { name, ...value } = readTensor(pbf);
      graph.tensors.set(name, value);
    } else if (tag === 11) graph.inputs.push(readValueInfo(pbf).name);
    else if (tag === 12) graph.outputs.push(readValueInfo(pbf));
  };
  new PbfReader(bytes).readFields((tag, _, pbf) => {
    if (tag === 1) graph.irVersion = pbf!.readVarint();
    else if (tag === 7) message(pbf!, fields);
    else if (tag === 8) {
      message(pbf!, (tag, pbf) => {
        if (tag === 2) graph.operatorSet = pbf.readVarint();
      });
    }
  }, null);
  return graph;
}

function readNode(pbf: PbfReader): Node {
  const node = {
    name: "",
    operator: "",
    inputs: [] as string[],
    outputs: [] as string[],
    attributes: {} as Record<string, Attribute>,
  };
  message(pbf, (tag, pbf) => {
    if (tag === 1) node.inputs.push(pbf.readString());
    else if (tag === 2) node.outputs.push(pbf.readString());
    else if (tag === 3) node.name = pbf.readString();
    else if (tag === 4) node.operator = pbf.readString();
    else if (tag === 5) {
      let name = "", type = 0, float = 0, integer = 0;
      const integers: number[] = [];
      message(pbf, (tag, pbf) => {
        if (tag === 1) name = pbf.readString();
        else if (tag === 2) float = pbf.readFloat();
        else if (tag === 3) integer = pbf.readVarint(true);
        else if (tag === 8) integers.push(pbf.readVarint(true));
        else if (tag === 20) type = pbf.readVarint();
      });
      const read: Record<number, Attribute> = { 1: float, 2: integer, 7: integers };
      const value = read[type];
      if (value === undefined) throw new Error(`attribute ${name} has type ${type}`);
      node.attributes[name] = value;
    }
  });
  return node;
}

function readTensor(pbf: PbfReader): Value & { name: string; type: number } {
  const shape: number[] = [];
  let name = "", type = 0, bytes = new Uint8Array();
  message(pbf, (tag, pbf) => {
    if (tag === 1) pbf.readPackedVarint(shape);
    else if (tag === 2) type = pbf.readVarint();
    else if (tag === 8) name = pbf.readString();
    else if (tag === 9) bytes = new Uint8Array(pbf.readBytes());
  });
  const read: Record<number, () => Float64Array> = {
    1: () => Float64Array.from(new Float32Array(bytes.buffer)),
    2: () => Float64Array.from(bytes),
    7: () => Float64Array.from(new BigInt64Array(bytes.buffer), Number),
    10: () => Float64Array.from(new Float16Array(bytes.buffer)),
  };
  const data = read[type]?.();
  if (data?.length !== shape.reduce((a, b) => a * b, 1)) {
    throw new Error(`tensor ${name}: type ${type}, shape ${shape}`);
  }
  return { name, type, shape, data };
}

function readValueInfo(pbf: PbfReader) {
  const value = { name: "", type: 0, shape: [] as (string | number)[] };
  message(pbf, (tag, pbf) => {
    if (tag === 1) value.name = pbf.readString();
    else if (tag === 2) {
      message(pbf, (_, pbf) =>
        message(pbf, (tag, pbf) => {
          if (tag === 1) value.type = pbf.readVarint();
          else if (tag === 2) {
            message(pbf, (_, pbf) =>
              message(pbf, (tag, pbf) => {
                value.shape.push(tag === 1 ? pbf.readVarint() : pbf.readString());
              }));
          }
        }));
    }
  });
  return value;
}
