// Operations on no rows, such as the masked-LM head of a batch without masked tokens: gradients and losses keep their values.
import { assertEquals } from "@std/assert";
import {
  type Device,
  openCpuDevice,
  openReferenceDevice,
  openWebGpuDevice,
  whole,
} from "../../../src/device/mod.ts";
import {
  attentionPooling,
  crossEntropy,
  embed,
  feedForward,
  gatherRows,
  layerNorm,
  linear,
  lookUpRows,
  meanSquaredError,
  projections,
  type Scope,
  Tape,
  temporaryTensor,
  type Tensor,
  vocabularyCrossEntropy,
} from "../../../src/tensor/mod.ts";

const adapter = await navigator.gpu?.requestAdapter() ?? null;
const COLUMNS = 192, EARLIER = 7;

/** Creates a parameter; `fixed` for one without a gradient. */
type Parameter = (shape: number[], fixed?: boolean) => Tensor;
type Operation = (
  scope: Scope,
  x: Tensor,
  parameter: Parameter,
  target: {
    metrics: ReturnType<typeof whole>;
    lossSlot: number;
    correctSlot: number;
    scale: number;
  },
) => Tensor | void;

const layer = (parameter: Parameter, fixed = false) => ({
  weight: parameter([COLUMNS, COLUMNS], fixed),
  bias: parameter([COLUMNS]),
});

const OPERATIONS: Readonly<Record<string, Operation>> = {
  "layer normalization": (scope, x, parameter) =>
    layerNorm(scope, x, { weight: parameter([COLUMNS]), bias: parameter([COLUMNS]) }, 1e-12),
  "a dense layer": (scope, x, parameter) => {
    const { weight, bias } = layer(parameter);
    return linear(scope, x, weight, bias, "gelu_new");
  },
  "a dense layer with a frozen weight": (scope, x, parameter) => {
    const { weight, bias } = layer(parameter, true);
    return linear(scope, x, weight, bias);
  },
  "a feed-forward network": (scope, x, parameter) =>
    feedForward(scope, x, layer(parameter), layer(parameter), "gelu"),
  "projections": (scope, x, parameter) =>
    projections(scope, x, [layer(parameter), layer(parameter)]),
  "embeddings": (scope, _, parameter) =>
    embed(
      scope,
      parameter([9, COLUMNS]),
      parameter([4, COLUMNS]),
      parameter([2, COLUMNS]),
      new Uint32Array(0),
      new Uint32Array(0),
      4,
    ),
  "gathered rows": (scope, _, parameter) =>
    gatherRows(scope, parameter([3, COLUMNS]), new Uint32Array(0)),
  "looked-up rows": (scope, _, parameter) =>
    lookUpRows(scope, parameter([3, COLUMNS]), new Uint32Array(0)),
  "attention pooling": (scope, x) =>
    attentionPooling(scope, temporaryTensor(scope.device, [0, 5], "logits"), x),
  "cross-entropy": (scope, x, _, target) => {
    crossEntropy(scope, x, new Uint32Array(0), target);
  },
  "vocabulary cross-entropy": (scope, x, parameter, target) =>
    vocabularyCrossEntropy(
      scope,
      x,
      parameter([130, COLUMNS]),
      parameter([130]),
      new Uint32Array(0),
      target,
    ),
  "squared error": (scope, _, __, target) =>
    meanSquaredError(
      scope,
      temporaryTensor(scope.device, [0, 1], "predictions"),
      new Float32Array(0),
      target,
    ),
};

/** Returns the gradients of all parameters and the metrics after a backward pass in which all temporary memory contained NaN before. */
async function run(device: Device, operation: Operation): Promise<Float32Array[]> {
  // Two buffers of each size that one row of an operation may need.
  for (const length of [1, 1, 2, 2].map((rows) => rows * COLUMNS)) {
    const { view } = temporaryTensor(device, [length], "earlier values");
    device.write(view, new Float32Array(length).fill(NaN));
  }
  device.flush();
  const results: ReturnType<typeof whole>[] = [];
  const filled = (length: number) => {
    const view = whole(device.allocate(length, "f32", "values"));
    device.write(view, new Float32Array(length).fill(EARLIER));
    return view;
  };
  const parameter: Parameter = (shape, fixed = false) => {
    const length = shape.reduce((product, size) => product * size, 1);
    const view = filled(length);
    if (fixed) return { shape, view };
    const gradient = filled(length);
    results.push(gradient);
    return { shape, view, gradient };
  };
  const metrics = filled(2);
  results.push(metrics);
  const tape = new Tape(device);
  const scope = { device, tape };
  const x = temporaryTensor(device, [0, COLUMNS], "input");
  const y = operation(scope, x, parameter, { metrics, lossSlot: 0, correctSlot: 1, scale: 0.5 });
  if (y !== undefined) tape.accumulate(y, temporaryTensor(device, y.shape, "output gradient"));
  tape.backward();
  const found = await Promise.all(results.map((view) => device.read(view)));
  await device.settled();
  return found as Float32Array[];
}

for (
  const [name, open] of [
    ["the reference device", () => openReferenceDevice({ precision: "f32" })],
    ["the CPU device", () => openCpuDevice({ workers: 1 })],
    ["the WebGPU device", () => openWebGpuDevice()],
    [
      "the WebGPU device with divided sums",
      () => openWebGpuDevice({ restrictions: { fillingWorkgroups: 288 } }),
    ],
  ] as const
) {
  Deno.test({
    name: `no rows add nothing to gradients and losses on ${name}`,
    ignore: name.includes("WebGPU") && adapter === null,
    async fn(context) {
      const device = (await open())!;
      try {
        for (const [operation, body] of Object.entries(OPERATIONS)) {
          await context.step(operation, async () => {
            for (const values of await run(device, body)) {
              assertEquals(values, new Float32Array(values.length).fill(EARLIER));
            }
          });
        }
      } finally {
        await device.destroy();
      }
    },
  });
}
