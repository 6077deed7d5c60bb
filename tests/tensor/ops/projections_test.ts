import { assert, assertEquals } from "@std/assert";
import { type Device, openCpuDevice, PlanningDevice, whole } from "../../../src/device/mod.ts";
import { openWebGpuDevice } from "../../../src/device/webgpu/mod.ts";
import { encoderSpecs, Parameters, presetConfig } from "../../../src/model/mod.ts";
import {
  alignedLength,
  joinRows,
  linear,
  projections,
  Tape,
  temporaryTensor,
  type Tensor,
} from "../../../src/tensor/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";
import { worstDifference } from "../../kernels/support/differences.ts";

const ROWS = 70, INPUTS = 72, LAYERS = 3;
const adapter = await navigator.gpu?.requestAdapter() ?? null;

/** Computes layers, and the gradients for a random output gradient; `apply` returns the outputs. */
async function run(
  device: Device,
  outputs: number,
  apply: "linear" | "projections",
  adjacent: boolean,
): Promise<Float32Array[]> {
  const random = new RandomStream(8, 1);
  const fill = (length: number): Float32Array =>
    Float32Array.from({ length }, () => 2 * random.uniform() - 1);
  const trainable = (count: number, ...shape: number[]): Tensor[] => {
    const length = shape.reduce((product, size) => product * size, 1);
    const each = adjacent ? length : Math.ceil((length + 1) / 64) * 64;
    const [values, gradients] = ["values", "gradients"].map((label) =>
      device.allocate(count * each, "f32", label)
    );
    device.write(whole(gradients), new Float32Array(count * each));
    return Array.from({ length: count }, (_, i) => {
      const view = { buffer: values, offset: i * each, length };
      device.write(view, fill(length));
      return { shape, view, gradient: { buffer: gradients, offset: i * each, length } };
    });
  };
  const weights = trainable(LAYERS, outputs, INPUTS), biases = trainable(LAYERS, outputs);
  assertEquals(joinRows(weights) !== undefined, adjacent);
  const layers = weights.map((weight, i) => ({ weight, bias: biases[i] }));
  const [x] = trainable(1, ROWS, INPUTS);
  const upstream = layers.map(() => fill(ROWS * outputs));
  const tape = new Tape(device);
  const scope = { device, tape };
  const results: Promise<Float32Array>[] = [];
  if (apply === "linear") {
    layers.forEach(({ weight, bias }, i) => {
      const y = linear(scope, x, weight, bias);
      const dy = temporaryTensor(device, y.shape, "output gradient");
      device.write(dy.view, upstream[i]);
      tape.accumulate(y, dy);
      results.push(device.read(y.view) as Promise<Float32Array>);
    });
  } else {
    const y = projections(scope, x, layers);
    const pitch = alignedLength(outputs);
    assertEquals(y.shape, [ROWS, LAYERS * pitch]);
    const dy = temporaryTensor(device, y.shape, "output gradient");
    // The columns between two layers are not read.
    const values = new Float32Array(dy.view.length).fill(NaN);
    upstream.forEach((each, i) =>
      each.forEach((value, j) => {
        values[Math.floor(j / outputs) * LAYERS * pitch + i * pitch + j % outputs] = value;
      })
    );
    device.write(dy.view, values);
    tape.accumulate(y, dy);
    const whole = device.read(y.view) as Promise<Float32Array>;
    layers.forEach((_, i) =>
      results.push(
        whole.then((all) =>
          all.filter((_, j) => {
            const column = j % (LAYERS * pitch) - i * pitch;
            return column >= 0 && column < outputs;
          })
        ),
      )
    );
  }
  tape.backward();
  const gradients = [x, ...weights, ...biases].map(({ gradient }) => device.read(gradient!));
  return await Promise.all([...results, ...gradients]) as Float32Array[];
}

async function equalsLinearLayers(device: Device): Promise<void> {
  for (const [outputs, adjacent] of [[64, true], [64, false], [24, false]] as const) {
    const expected = await run(device, outputs, "linear", adjacent);
    assert(expected.every((values) => values.some((value) => value !== 0)));
    const actual = await run(device, outputs, "projections", adjacent);
    assertEquals(actual.length, expected.length);
    for (const [i, values] of actual.entries()) {
      assertEquals(values.length, expected[i].length);
      const { error, index } = worstDifference(values, expected[i]);
      assert(error < 1e-6, `${outputs} outputs, tensor ${i}, element ${index}: error ${error}`);
    }
  }
}

Deno.test("projections() equals one linear() for each layer on the CPU device", async () => {
  const device = await openCpuDevice();
  await equalsLinearLayers(device);
  await device.destroy();
});

Deno.test({
  name: "projections() equals one linear() for each layer on WebGPU",
  ignore: adapter === null,
  async fn() {
    const device = (await openWebGpuDevice())!;
    await equalsLinearLayers(device);
    await device.destroy();
  },
});

Deno.test("query, key and value of every preset are adjacent, so that one matmul computes them", () => {
  for (const name of ["nano", "albert-base-v2", "albert-xxlarge-v2", "bert-base"]) {
    const parameters = new Parameters(new PlanningDevice(), encoderSpecs(presetConfig(name)));
    const blocks = parameters.list.filter(({ spec }) => /query\.weight$/.test(spec.name));
    assert(blocks.length > 0);
    for (const { spec } of blocks) {
      for (const kind of ["weight", "bias"]) {
        const three = ["query", "key", "value"].map((part) =>
          parameters.find(spec.name.replace("query.weight", `${part}.${kind}`))!
        );
        assert(joinRows(three) !== undefined, `${name}: ${spec.name}`);
      }
    }
  }
});
