/**
 * onnxruntime-web on WebGPU, through a model of one Gemm node.
 *
 * @module
 */
import { importPackage, operand, type Peer, type Product, storedShapes } from "./peer.ts";

const VERSION = "1.30.0";

/** Opens onnxruntime-web. */
export async function openOnnxruntimeWeb(): Promise<Peer | string> {
  const imported = await importPackage(`npm:onnxruntime-web@${VERSION}/webgpu`);
  const ort = imported.default ?? imported;
  ort.env.logLevel = "error";
  return {
    key: "onnxruntime_web",
    label: `onnxruntime-web ${VERSION} webgpu`,
    async prepare(product) {
      // Gemm has no batch.
      if (product.batch > 1) return undefined;
      const session = await ort.InferenceSession.create(gemmModel(product), {
        executionProviders: ["webgpu"],
        preferredOutputLocation: "gpu-buffer",
      });
      const shapes = storedShapes(product);
      const [a, b] = [shapes.a, shapes.b].map((shape, i) =>
        new ort.Tensor("float32", operand(shape[0] * shape[1], i + 1), shape)
      );
      return async (times) => {
        for (let i = 0; i < times; i++) {
          const { c } = await session.run({ a, b });
          await ort.env.webgpu.device?.queue.onSubmittedWorkDone();
          c.dispose();
        }
      };
    },
    close: () => Promise.resolve(),
  };
}

// ONNX is protobuf: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. Field numbers below are from there.

const FLOAT = 1;
const ATTRIBUTE_INT = 2;

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

function gemmModel(product: Product): Uint8Array {
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
  const [irVersion, operatorSet] = [8, 13];
  return Uint8Array.from([
    ...integer(1, irVersion),
    ...message(7, graph),
    ...message(8, integer(2, operatorSet)),
  ]);
}
