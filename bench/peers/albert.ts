/**
 * This project's own devices.
 *
 * @module
 */
import { elementwiseFill, type KernelCase, matmulMatmul } from "../../kernels/mod.ts";
import { type Device, type DeviceBuffer, openDevice, whole } from "../../src/device/mod.ts";
import { operand, type Peer, type Product, type Runner, storedShapes } from "./peer.ts";

/** Opens one of our devices as a peer among peers; `blas` is the CPU device with a system's library for the products. */
export async function openAlbert(name: "webgpu" | "cpu" | "blas"): Promise<Peer | string> {
  const device = await openDevice(
    name === "blas" ? { device: "cpu", blas: "auto" } : { device: name },
  );
  const { adapter, numerics: { products } } = device.description;
  if (name === "blas" && !/BLAS/i.test(products)) {
    await device.destroy();
    return "no BLAS was found: install libopenblas0-pthread (Debian) or OpenBLAS";
  }
  const buffers: DeviceBuffer[] = [];
  return {
    key: name,
    label: `${name} (${[adapter, products].filter(Boolean).join(", ")})`,
    prepare: (product) => Promise.resolve(prepare(device, product, buffers)),
    close: () => device.destroy(),
  };
}

function prepare(device: Device, product: Product, buffers: DeviceBuffer[]): Runner {
  for (const buffer of buffers.splice(0)) device.free(buffer);
  const { uniforms, structural } = productCase(product);
  const lengths = matmulMatmul.lengths(uniforms, structural);
  const [a, b, c] = ["a", "b", "c"].map((name, i) => {
    const buffer = device.allocate(lengths[name], "f32", `peers ${name}`);
    buffers.push(buffer);
    if (name !== "c") device.write(whole(buffer), operand(buffer.length, i + 1));
    return whole(buffer);
  });
  return async (times) => {
    for (let i = 0; i < times; i++) {
      // As in training, where operands are new each time: a copy of them as a texture does not outlive this write.
      for (const { buffer } of [a, b]) {
        const bindings = { out: { buffer, offset: 0, length: 64 } };
        device.run(elementwiseFill, { bindings, uniforms: { count: 64, value: 0.5 } });
      }
      device.run(matmulMatmul, { bindings: { a, b, c }, uniforms, structural });
    }
    device.flush();
    await device.settled();
  };
}

/** The product as a run of the kernel: rows padded to 64 elements, batch items one after another. */
function productCase(product: Product): KernelCase {
  const { m, n, k, batch, transposeA, transposeB } = product;
  const { a, b } = storedShapes(product);
  const [lda, ldb, ldc] = [a[1], b[1], n].map((columns) => Math.ceil(columns / 64) * 64);
  return {
    structural: {
      transpose_a: transposeA,
      transpose_b: transposeB,
      bias: false,
      accumulate: false,
      activation: "none",
    },
    uniforms: {
      ...{ m, n, k, lda, ldb, ldc, batch, inner: 1, alpha: 1 },
      ...{ a_outer: a[0] * lda, b_outer: b[0] * ldb, c_outer: m * ldc },
      ...{ a_inner: 0, b_inner: 0, c_inner: 0 },
    },
  };
}
