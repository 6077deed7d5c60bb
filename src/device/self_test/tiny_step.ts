/**
 * A training step too small to see, made of the kernels that carry the real one: a linear layer with GELU, layer normalization, logits,
 * cross-entropy, and the gradients of both weights.
 *
 * @module
 */
import {
  crossEntropyBackward,
  crossEntropyForward,
  elementwiseActivationBackward,
  layerNormBackwardInput,
  layerNormForward,
  matmulMatmul,
  type Structural,
} from "../../../kernels/mod.ts";
import { type Device, type DeviceBuffer, type HostArray, type View, whole } from "../device.ts";

const ROWS = 32;
const INPUT = 64;
const HIDDEN = 128;
const CLASSES = 64;
const EPSILON = 1e-12;

/** Uniforms of a dropout mask that nothing reads. */
const NO_DROPOUT = {
  seed_low: 0,
  seed_high: 0,
  stream: 0,
  step: 0,
  first_example: 0,
  rows_per_example: 1,
  threshold: 0,
  keep_scale: 1,
};

/** Results of the step by name. */
export type TinyStep = Readonly<
  Record<"product" | "loss" | "first weight's gradient" | "second weight's gradient", HostArray>
>;

/** Runs the step and reads what it computed. */
export async function tinyStep(device: Device): Promise<TinyStep> {
  const kept: DeviceBuffer[] = [];
  const input = (label: string, length: number, phase: number) => {
    const buffer = device.allocate(length, "f32", label);
    kept.push(buffer);
    device.write(
      whole(buffer),
      Float32Array.from({ length }, (_, i) => Math.sin(phase + 1.7 * i) / 2),
    );
    return whole(buffer);
  };
  const made = (label: string, length: number) => whole(device.temporary(length, "f32", label));
  const x = input("self-test x", ROWS * INPUT, 1);
  const w1 = input("self-test w1", INPUT * HIDDEN, 2);
  const b1 = input("self-test b1", HIDDEN, 3);
  const gamma = input("self-test gamma", HIDDEN, 4);
  const beta = input("self-test beta", HIDDEN, 5);
  const w2 = input("self-test w2", CLASSES * HIDDEN, 6);
  const labelBuffer = device.allocate(ROWS, "u32", "self-test labels");
  kept.push(labelBuffer);
  const labels = whole(labelBuffer);
  device.write(labels, Uint32Array.from({ length: ROWS }, (_, i) => (i * 7) % CLASSES));

  const z = made("z", ROWS * HIDDEN);
  const h = made("h", ROWS * HIDDEN);
  product(device, { a: x, b: w1, c: h, bias: b1, preactivation: z }, [ROWS, HIDDEN, INPUT], {
    bias: true,
    activation: "gelu_new",
  });
  const y = made("y", ROWS * HIDDEN);
  const statistics = made("statistics", 2 * ROWS);
  device.run(layerNormForward, {
    bindings: { x: h, gamma, beta, y, statistics },
    uniforms: { rows: ROWS, columns: HIDDEN, epsilon: EPSILON, ...NO_DROPOUT },
    structural: { residual: false, dropout: false },
  });
  const logits = made("logits", ROWS * CLASSES);
  product(device, { a: y, b: w2, c: logits }, [ROWS, CLASSES, HIDDEN], { transpose_b: true });
  const productRead = device.read(logits);
  const loss = made("loss", ROWS);
  const logSumExp = made("log_sum_exp", ROWS);
  const prediction = whole(device.temporary(ROWS, "u32", "prediction"));
  const shape = { rows: ROWS, columns: CLASSES, pitch: CLASSES };
  device.run(crossEntropyForward, {
    bindings: { logits, labels, loss, log_sum_exp: logSumExp, prediction },
    uniforms: shape,
  });
  device.run(crossEntropyBackward, {
    bindings: { logits, labels, log_sum_exp: logSumExp },
    uniforms: { ...shape, scale: 1 / ROWS },
  });
  const dw2 = made("dw2", CLASSES * HIDDEN);
  product(device, { a: logits, b: y, c: dw2 }, [CLASSES, HIDDEN, ROWS], { transpose_a: true });
  const dy = made("dy", ROWS * HIDDEN);
  product(device, { a: logits, b: w2, c: dy }, [ROWS, HIDDEN, CLASSES], {});
  const dh = made("dh", ROWS * HIDDEN);
  device.run(layerNormBackwardInput, {
    bindings: { s: h, statistics, gamma, dy, dx: dh },
    uniforms: { rows: ROWS, columns: HIDDEN, ...NO_DROPOUT },
    structural: { dropout: false },
  });
  const dz = made("dz", ROWS * HIDDEN);
  device.run(elementwiseActivationBackward, {
    bindings: { x: z, dy: dh, dx: dz },
    uniforms: { count: ROWS * HIDDEN },
    structural: { activation: "gelu_new" },
  });
  const dw1 = made("dw1", INPUT * HIDDEN);
  product(device, { a: x, b: dz, c: dw1 }, [INPUT, HIDDEN, ROWS], { transpose_a: true });

  const reads = Promise.all([productRead, device.read(loss), device.read(dw1), device.read(dw2)]);
  const [productValues, lossValues, first, second] = await reads;
  for (const buffer of kept) device.free(buffer);
  return {
    "product": productValues,
    "loss": lossValues,
    "first weight's gradient": first,
    "second weight's gradient": second,
  };
}

function product(
  device: Device,
  bindings: Readonly<Record<string, View>>,
  [m, n, k]: readonly [number, number, number],
  structural: Structural,
): void {
  const { transpose_a = false, transpose_b = false } = structural;
  device.run(matmulMatmul, {
    bindings,
    uniforms: {
      ...{ m, n, k, lda: transpose_a ? m : k, ldb: transpose_b ? k : n, ldc: n },
      ...{ batch: 1, inner: 1, alpha: 1 },
      ...{ a_outer: 0, a_inner: 0, b_outer: 0, b_inner: 0, c_outer: 0, c_inner: 0 },
    },
    structural: {
      transpose_a,
      transpose_b,
      bias: false,
      accumulate: false,
      activation: "none",
      ...structural,
    },
  });
}
