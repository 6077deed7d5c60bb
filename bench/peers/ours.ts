/**
 * The devices of this project, and the arithmetic ceiling of the WebGPU adapter.
 *
 * @module
 */
import { elementwiseFill, type KernelCase, matmulMatmul } from "../../kernels/mod.ts";
import {
  arithmeticProbe,
  type Device,
  type DeviceBuffer,
  openDevice,
  whole,
} from "../../src/device/mod.ts";
import { flops, operand, type Peer, type Product, type Runner, storedShapes } from "./peer.ts";

/** Opens one of our devices. `blas` is the CPU device with a BLAS library of the system. */
export async function openAlbert(name: "webgpu" | "cpu" | "blas"): Promise<Peer | string> {
  const device = await openDevice(
    name === "blas" ? { device: "cpu", blas: "auto" } : { device: name },
  );
  const { adapter, numerics: { products } } = device.description;
  if (name === "blas" && !/BLAS/i.test(products)) {
    await device.destroy();
    return "no BLAS library found; install libopenblas0-pthread (Debian) or OpenBLAS";
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
      // In training, the operands are new in each step. Writing to them invalidates their copies in textures.
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

/** The kernel case of a matmul. Rows are padded to 64 elements. */
function productCase(product: Product): KernelCase {
  const { m, n, k, transposeA, transposeB } = product;
  const { a, b } = storedShapes(product);
  const [lda, ldb, ldc] = [a[1], b[1], n].map((columns) => Math.ceil(columns / 64) * 64);
  return {
    structural: {
      transpose_a: transposeA,
      transpose_b: transposeB,
      bias: false,
      accumulate: false,
      activation: "none",
      row_sums: false,
    },
    uniforms: { m, n, k, lda, ldb, ldc, alpha: 1 },
  };
}

/** Number of invocations of the arithmetic probe, enough for any adapter. */
const COUNT = 2 ** 16;

/** Opens the arithmetic ceiling: the multiply-adds of the matmul, on registers only. */
export async function openCeiling(): Promise<Peer> {
  const device = await openDevice({ device: "webgpu" });
  const y = device.allocate(COUNT, "f32", "ceiling");
  const { flops: ofOneRound } = arithmeticProbe.work({ count: COUNT, rounds: 1 }, {});
  return {
    key: "ceiling",
    label: `arithmetic only, webgpu (${device.description.adapter})`,
    prepare(product) {
      const rounds = flops(product) / ofOneRound;
      return Promise.resolve(async (times) => {
        // Rounds the total, since a matmul may take a fractional number of rounds.
        const uniforms = { count: COUNT, rounds: Math.round(times * rounds) };
        device.run(arithmeticProbe, { bindings: { y: whole(y) }, uniforms });
        device.flush();
        await device.settled();
      });
    },
    close: () => device.destroy(),
  };
}
