/**
 * jax-js on WebGPU and on WebAssembly.
 *
 * @module
 */
import { importPackage, operand, type Peer, storedShapes } from "./peer.ts";

const VERSION = "0.1.25";
const WARM_UP_SIDE = 512;

/** Opens jax-js on WebGPU. */
export const openJaxJs = (): Promise<Peer | string> => open("jax_js", "webgpu");
/** Opens jax-js on WebAssembly. */
export const openJaxJsWasm = (): Promise<Peer | string> => open("jax_js_wasm", "wasm");

async function open(key: string, backend: "webgpu" | "wasm"): Promise<Peer | string> {
  const jax = await importPackage(`npm:@jax-js/jax@${VERSION}`);
  if (!(await jax.init()).includes(backend)) return `jax-js finds no ${backend} here`;
  const np = jax.numpy;
  // Its workers start with its first large product, and cannot start any more once onnxruntime-web is there.
  if (backend === "wasm") {
    jax.defaultDevice(backend);
    const x = np.ones([WARM_UP_SIDE, WARM_UP_SIDE]);
    const y = np.matmul(x.ref, x);
    await y.blockUntilReady();
    y.dispose();
  }
  return {
    key,
    label: `jax-js ${VERSION} ${backend}`,
    // deno-lint-ignore require-await -- the interface is asynchronous
    async prepare(product) {
      jax.defaultDevice(backend);
      const { batch, transposeA, transposeB } = product;
      const shapes = storedShapes(product);
      const [a, b] = [shapes.a, shapes.b].map((shape, i) =>
        np.array(operand(batch * shape[0] * shape[1], i + 1))
          .reshape(batch > 1 ? [batch, ...shape] : shape)
      );
      const turned = (x: typeof a, turn: boolean) => turn ? np.moveaxis(x.ref, -1, -2) : x.ref;
      return async (times) => {
        jax.defaultDevice(backend);
        for (let i = 0; i < times; i++) {
          const c = np.matmul(turned(a, transposeA), turned(b, transposeB));
          await c.blockUntilReady();
          c.dispose();
        }
      };
    },
    close: () => Promise.resolve(),
  };
}
