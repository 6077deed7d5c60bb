/**
 * jax-js and TensorFlow.js, each on WebGPU and on WebAssembly.
 *
 * @module
 */
import { importPackage, operand, type Peer, storedShapes } from "./peer.ts";

type Backend = "webgpu" | "wasm";

const JAX_JS_VERSION = "0.1.25";
const TFJS_VERSION = "4.22.0";
const WARM_UP_SIZE = 512;

export async function openJaxJs(key: string, backend: Backend): Promise<Peer | string> {
  const jax = await importPackage(`npm:@jax-js/jax@${JAX_JS_VERSION}`);
  if (!(await jax.init()).includes(backend)) return `jax-js does not support ${backend} here`;
  const np = jax.numpy;
  // The first large matmul starts its workers, which fails after onnxruntime-web has been loaded.
  if (backend === "wasm") {
    jax.defaultDevice(backend);
    const x = np.ones([WARM_UP_SIZE, WARM_UP_SIZE]);
    const y = np.matmul(x.ref, x);
    await y.blockUntilReady();
    y.dispose();
  }
  return {
    key,
    label: `jax-js ${JAX_JS_VERSION} ${backend}`,
    // deno-lint-ignore require-await -- the interface is asynchronous
    async prepare(product) {
      jax.defaultDevice(backend);
      const { transposeA, transposeB } = product;
      const shapes = storedShapes(product);
      const [a, b] = [shapes.a, shapes.b].map((shape, i) =>
        np.array(operand(shape[0] * shape[1], i + 1)).reshape(shape)
      );
      const operandOf = (x: typeof a, transpose: boolean) =>
        transpose ? np.moveaxis(x.ref, -1, -2) : x.ref;
      return async (times) => {
        jax.defaultDevice(backend);
        for (let i = 0; i < times; i++) {
          const c = np.matmul(operandOf(a, transposeA), operandOf(b, transposeB));
          await c.blockUntilReady();
          c.dispose();
        }
      };
    },
    close: () => Promise.resolve(),
  };
}

/** Opens TensorFlow.js. */
export async function openTfjs(key: string, backend: Backend): Promise<Peer | string> {
  const tf = await importPackage(`npm:@tensorflow/tfjs-core@${TFJS_VERSION}`);
  await importPackage(`npm:@tensorflow/tfjs-backend-${backend}@${TFJS_VERSION}`);
  if (!await tf.setBackend(backend)) return `TensorFlow.js does not support ${backend} here`;
  return {
    key,
    label: `TensorFlow.js ${TFJS_VERSION} ${backend}`,
    async prepare(product) {
      await tf.setBackend(backend);
      const { transposeA, transposeB } = product;
      const shapes = storedShapes(product);
      const [a, b] = [shapes.a, shapes.b].map((shape, i) =>
        tf.tensor(operand(shape[0] * shape[1], i + 1), shape)
      );
      return async (times) => {
        await tf.setBackend(backend); // The other backend may have run last.
        for (let i = 0; i < times; i++) {
          const c = tf.matMul(a, b, transposeA, transposeB);
          // Reading one element is the only way to wait for the result.
          const corner = tf.slice(c, c.shape.map(() => 0), c.shape.map(() => 1));
          await corner.data();
          tf.dispose([c, corner]);
        }
      };
    },
    close: () => Promise.resolve(),
  };
}
