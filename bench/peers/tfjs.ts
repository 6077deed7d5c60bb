/**
 * TensorFlow.js on WebGPU and on WebAssembly.
 *
 * @module
 */
import { importPackage, operand, type Peer, storedShapes } from "./peer.ts";

const VERSION = "4.22.0";

/** Opens TensorFlow.js on WebGPU. */
export const openTfjs = (): Promise<Peer | string> => open("tfjs", "webgpu");
/** Opens TensorFlow.js on WebAssembly. */
export const openTfjsWasm = (): Promise<Peer | string> => open("tfjs_wasm", "wasm");

async function open(key: string, backend: "webgpu" | "wasm"): Promise<Peer | string> {
  const tf = await importPackage(`npm:@tensorflow/tfjs-core@${VERSION}`);
  await importPackage(`npm:@tensorflow/tfjs-backend-${backend}@${VERSION}`);
  if (!await tf.setBackend(backend)) return `TensorFlow.js finds no ${backend} here`;
  return {
    key,
    label: `TensorFlow.js ${VERSION} ${backend}`,
    async prepare(product) {
      await tf.setBackend(backend);
      const { batch, transposeA, transposeB } = product;
      const shapes = storedShapes(product);
      const [a, b] = [shapes.a, shapes.b].map((shape, i) =>
        tf.tensor(
          operand(batch * shape[0] * shape[1], i + 1),
          batch > 1 ? [batch, ...shape] : shape,
        )
      );
      return async (times) => {
        // The other of the two may have run last.
        await tf.setBackend(backend);
        for (let i = 0; i < times; i++) {
          const c = tf.matMul(a, b, transposeA, transposeB);
          // There is no other way to wait than to read: one element.
          const corner = tf.slice(c, c.shape.map(() => 0), c.shape.map(() => 1));
          await corner.data();
          tf.dispose([c, corner]);
        }
      };
    },
    close: () => Promise.resolve(),
  };
}
