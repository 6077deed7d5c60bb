/**
 * A model of one Gemm node, for libraries that only run models.
 *
 * ONNX is protobuf: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Field numbers below are from there.
 *
 * @module
 */
import { type Product, storedShapes } from "./peer.ts";

const FLOAT = 1;
const ATTRIBUTE_INT = 2;
const IR_VERSION = 8;
const OPERATOR_SET = 13;

function varint(value: number): number[] {
  return value < 128 ? [value] : [value % 128 + 128, ...varint(Math.floor(value / 128))];
}

const integer = (field: number, value: number) => [...varint(field * 8), ...varint(value)];
const message = (field: number, content: readonly number[]) => [
  ...varint(field * 8 + 2),
  ...varint(content.length),
  ...content,
];
const text = (field: number, value: string) => message(field, [...new TextEncoder().encode(value)]);

function valueInfo(field: number, name: string, shape: readonly number[]): number[] {
  const dimensions = shape.flatMap((size) => message(1, integer(1, size)));
  const tensorType = [...integer(1, FLOAT), ...message(2, dimensions)];
  return message(field, [...text(1, name), ...message(2, message(1, tensorType))]);
}

function attribute(name: string, value: number): number[] {
  return message(5, [...text(1, name), ...integer(3, value), ...integer(20, ATTRIBUTE_INT)]);
}

/** The product of inputs `a` and `b` as output `c`; Gemm has no batch. */
export function gemmModel(product: Product): Uint8Array {
  const { a, b } = storedShapes(product);
  const node = [
    ...[...text(1, "a"), ...text(1, "b"), ...text(2, "c"), ...text(4, "Gemm")],
    ...attribute("transA", Number(product.transposeA)),
    ...attribute("transB", Number(product.transposeB)),
  ];
  const graph = [
    ...[...message(1, node), ...text(2, "product")],
    ...[...valueInfo(11, "a", a), ...valueInfo(11, "b", b)],
    ...valueInfo(12, "c", [product.m, product.n]),
  ];
  return Uint8Array.from([
    ...integer(1, IR_VERSION),
    ...message(7, graph),
    ...message(8, integer(2, OPERATOR_SET)),
  ]);
}
