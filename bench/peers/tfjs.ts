/**
 * TensorFlow.js on WebGPU.
 *
 * @module
 */
import { importPackage, operand, type Peer, storedShapes } from "./peer.ts";

const VERSION = "4.22.0";

/** Opens TensorFlow.js. */
export async function openTfjs(): Promise<Peer | string> {
  const tf = await importPackage(`npm:@tensorflow/tfjs-core@${VERSION}`);
  await importPackage(`npm:@tensorflow/tfjs-backend-webgpu@${VERSION}`);
  if (!await tf.setBackend("webgpu")) return "TensorFlow.js finds no WebGPU here";
  await tf.ready();
  return {
    key: "tfjs",
    label: `TensorFlow.js ${VERSION} webgpu`,
    // deno-lint-ignore require-await -- the interface is asynchronous
    async prepare(product) {
      const { batch, transposeA, transposeB } = product;
      const shapes = storedShapes(product);
      const [a, b] = [shapes.a, shapes.b].map((shape, i) =>
        tf.tensor(
          operand(batch * shape[0] * shape[1], i + 1),
          batch > 1 ? [batch, ...shape] : shape,
        )
      );
      return async (times) => {
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
