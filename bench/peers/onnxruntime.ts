/**
 * onnxruntime: its WebGPU and WebAssembly builds, and its native build for Node.
 *
 * @module
 */
import { importPackage, operand, type Peer, type Product, storedShapes } from "./peer.ts";

const VERSION = "1.30.0";

/** A build of the library. */
interface Build {
  readonly key: string;
  readonly label: string;
  readonly specifier: string;
  readonly provider: string;
  /** Location of the results. */
  readonly output: "cpu" | "gpu-buffer";
}

const WEBGPU: Build = {
  key: "onnxruntime_web",
  label: `onnxruntime-web ${VERSION} webgpu`,
  specifier: `npm:onnxruntime-web@${VERSION}/webgpu`,
  provider: "webgpu",
  output: "gpu-buffer",
};

const WASM: Build = {
  key: "onnxruntime_web_wasm",
  label: `onnxruntime-web ${VERSION} wasm`,
  specifier: `npm:onnxruntime-web@${VERSION}/wasm`,
  provider: "wasm",
  output: "cpu",
};

const NODE: Build = {
  key: "onnxruntime_node",
  label: `onnxruntime-node ${VERSION}`,
  specifier: `npm:onnxruntime-node@${VERSION}`,
  provider: "cpu",
  output: "cpu",
};

/** Opens onnxruntime-web on WebGPU. */
export const openOnnxruntimeWeb = (): Promise<Peer> => open(WEBGPU);
/** Opens onnxruntime-web on WebAssembly. */
export const openOnnxruntimeWasm = (): Promise<Peer> => open(WASM);
export const openOnnxruntimeNode = (): Promise<Peer> => open(NODE);

async function open({ key, label, specifier, provider, output }: Build): Promise<Peer> {
  const imported = await importPackage(specifier);
  const ort = imported.default ?? imported;
  ort.env.logLevel = "error";
  return {
    key,
    label,
    async prepare(product) {
      const session = await ort.InferenceSession.create(gemmModel(product), {
        executionProviders: [provider],
        ...(output === "gpu-buffer" && { preferredOutputLocation: output }),
      });
      const shapes = storedShapes(product);
      const [a, b] = [shapes.a, shapes.b].map((shape, i) =>
        new ort.Tensor("float32", operand(shape[0] * shape[1], i + 1), shape)
      );
      return async (times) => {
        for (let i = 0; i < times; i++) {
          const { c } = await session.run({ a, b });
          if (output === "gpu-buffer") await ort.env.webgpu.device?.queue.onSubmittedWorkDone();
          c.dispose();
        }
      };
    },
    close: () => Promise.resolve(),
  };
}

// onnxruntime runs models only. The numbers below are field numbers and constants of
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto.
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

/** Encodes a model of one Gemm node with inputs `a` and `b` and output `c`. */
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
  return Uint8Array.from([
    ...integer(1, IR_VERSION),
    ...message(7, graph),
    ...message(8, integer(2, OPERATOR_SET)),
  ]);
}
