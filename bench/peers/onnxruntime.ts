/**
 * onnxruntime: its WebGPU and WebAssembly builds, and the native one for Node.
 *
 * @module
 */
import { gemmModel } from "./gemm_model.ts";
import { importPackage, operand, type Peer, storedShapes } from "./peer.ts";

const VERSION = "1.30.0";

/** A build of the library. */
interface Build {
  readonly key: string;
  readonly label: string;
  readonly specifier: string;
  readonly provider: string;
  /** Where results stay. */
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
/** Opens onnxruntime-node. */
export const openOnnxruntimeNode = (): Promise<Peer> => open(NODE);

async function open({ key, label, specifier, provider, output }: Build): Promise<Peer> {
  const imported = await importPackage(specifier);
  const ort = imported.default ?? imported;
  ort.env.logLevel = "error";
  return {
    key,
    label,
    async prepare(product) {
      if (product.batch > 1) return undefined;
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
