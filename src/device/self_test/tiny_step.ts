/**
 * A tiny training step of the kernels that dominate the real one: a linear layer with GELU, layer normalization, logits, cross-entropy,
 * and the gradients of both weights.
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

/** Uniforms of the dropout mask, which is not used. */
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

/** The results of the step by name. */
export type TinyStep = Readonly<
  Record<"matmul" | "loss" | "gradient of weight 1" | "gradient of weight 2", HostArray>
>;

/** Runs the step on a device and reads its results. */
export async function tinyStep(device: Device): Promise<TinyStep> {
  const buffers: DeviceBuffer[] = [];
  try {
    return await runStep(device, buffers);
  } finally {
    for (const buffer of buffers) device.free(buffer);
  }
}

/** Appends the persistent buffers of the step to `buffers`. */
async function runStep(device: Device, buffers: DeviceBuffer[]): Promise<TinyStep> {
  const persistent = (label: string, data: HostArray): View => {
    const type = data instanceof Uint32Array ? "u32" : "f32";
    const buffer = device.allocate(data.length, type, `self-test ${label}`);
    buffers.push(buffer);
    device.write(whole(buffer), data);
    return whole(buffer);
  };
  const input = (label: string, length: number, phase: number) =>
    persistent(label, Float32Array.from({ length }, (_, i) => Math.sin(phase + 1.7 * i) / 2));
  const made = (label: string, length: number) => whole(device.temporary(length, "f32", label));
  const x = input("x", ROWS * INPUT, 1);
  const w1 = input("w1", INPUT * HIDDEN, 2);
  const b1 = input("b1", HIDDEN, 3);
  const gamma = input("gamma", HIDDEN, 4);
  const beta = input("beta", HIDDEN, 5);
  const w2 = input("w2", CLASSES * HIDDEN, 6);
  const labels = persistent(
    "labels",
    Uint32Array.from({ length: ROWS }, (_, i) => (i * 7) % CLASSES),
  );

  const z = made("z", ROWS * HIDDEN);
  const h = made("h", ROWS * HIDDEN);
  multiply(device, { a: x, b: w1, c: h, bias: b1, preactivation: z }, [ROWS, HIDDEN, INPUT], {
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
  multiply(device, { a: y, b: w2, c: logits }, [ROWS, CLASSES, HIDDEN], { transpose_b: true });
  const readLogits = device.read(logits);
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
  multiply(device, { a: logits, b: y, c: dw2 }, [CLASSES, HIDDEN, ROWS], { transpose_a: true });
  const dy = made("dy", ROWS * HIDDEN);
  multiply(device, { a: logits, b: w2, c: dy }, [ROWS, HIDDEN, CLASSES], {});
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
  multiply(device, { a: x, b: dz, c: dw1 }, [INPUT, HIDDEN, ROWS], { transpose_a: true });

  const reads = [readLogits, device.read(loss), device.read(dw1), device.read(dw2)];
  const [logitValues, lossValues, gradient1, gradient2] = await Promise.all(reads);
  return {
    "matmul": logitValues,
    "loss": lossValues,
    "gradient of weight 1": gradient1,
    "gradient of weight 2": gradient2,
  };
}

function multiply(
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
      alpha: 1,
    },
    structural: {
      transpose_a,
      transpose_b,
      bias: false,
      accumulate: false,
      activation: "none",
      row_sums: false,
      ...structural,
    },
  });
}
