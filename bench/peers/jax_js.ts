/**
 * jax-js on WebGPU.
 *
 * @module
 */
import { importPackage, operand, type Peer, storedShapes } from "./peer.ts";

const VERSION = "0.1.25";

/** Opens jax-js. */
export async function openJaxJs(): Promise<Peer | string> {
  const jax = await importPackage(`npm:@jax-js/jax@${VERSION}`);
  if (!(await jax.init()).includes("webgpu")) return "jax-js finds no WebGPU here";
  jax.defaultDevice("webgpu");
  const np = jax.numpy;
  return {
    key: "jax_js",
    label: `jax-js ${VERSION} webgpu`,
    // deno-lint-ignore require-await -- the interface is asynchronous
    async prepare(product) {
      const { batch, transposeA, transposeB } = product;
      const shapes = storedShapes(product);
      const [a, b] = [shapes.a, shapes.b].map((shape, i) =>
        np.array(operand(batch * shape[0] * shape[1], i + 1))
          .reshape(batch > 1 ? [batch, ...shape] : shape)
      );
      const turned = (x: typeof a, turn: boolean) => turn ? np.moveaxis(x.ref, -1, -2) : x.ref;
      return async (times) => {
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
