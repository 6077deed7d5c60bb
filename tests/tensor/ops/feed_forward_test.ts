import { assert, assertEquals } from "@std/assert";
import { type Device, openCpuDevice, PlanningDevice, whole } from "../../../src/device/mod.ts";
import { openWebGpuDevice } from "../../../src/device/webgpu/mod.ts";
import {
  type Activation,
  type DenseLayer,
  feedForward,
  linear,
  type Scope,
  Tape,
  temporaryTensor,
  type Tensor,
} from "../../../src/tensor/mod.ts";
import { RandomStream } from "../../../src/tensor/random/mod.ts";
import { worstDifference } from "../../kernels/support/differences.ts";

const ROWS = 70, HIDDEN = 64, INTERMEDIATE = 192;
const adapter = await navigator.gpu?.requestAdapter() ?? null;

type Network = typeof feedForward;

/** The reference: two dense layers. */
const twoLayers: Network = (scope, x, inner, outer, activation) =>
  linear(
    scope,
    linear(scope, x, inner.weight, inner.bias, activation),
    outer.weight,
    outer.bias,
  );

/** Returns the output of a network and its gradients for a random output gradient. */
async function run(
  device: Device,
  network: Network,
  activation: Activation,
): Promise<Float32Array[]> {
  const random = new RandomStream(8, 1);
  const tensor = (...shape: number[]): Tensor => {
    const made = temporaryTensor(device, shape, "numbers");
    const values = Float32Array.from(
      { length: made.view.length },
      () => 2 * random.uniform() - 1,
    );
    device.write(made.view, values);
    return made;
  };
  const trainable = (...shape: number[]) => {
    const made = tensor(...shape);
    const gradient = whole(device.allocate(made.view.length, "f32", "gradient"));
    device.write(gradient, new Float32Array(gradient.length));
    return { ...made, gradient };
  };
  const layer = (inputs: number, outputs: number) => ({
    weight: trainable(outputs, inputs),
    bias: trainable(outputs),
  });
  const x = trainable(ROWS, HIDDEN);
  const inner = layer(HIDDEN, INTERMEDIATE), outer = layer(INTERMEDIATE, HIDDEN);
  const tape = new Tape(device);
  const y = network({ device, tape }, x, inner, outer, activation);
  tape.accumulate(y, tensor(ROWS, HIDDEN));
  tape.backward();
  const gradients = [x, inner.weight, inner.bias, outer.weight, outer.bias]
    .map(({ gradient }) => gradient);
  return await Promise.all(
    [y.view, ...gradients].map((view) => device.read(view)),
  ) as Float32Array[];
}

/**
 * Compares both networks. Compilers of CPU adapters round an activation the same way in both kernels; a GPU's compiler may fuse a multiply-add in one of them.
 */
async function equalsTwoLayers(device: Device, roundsEqually = true): Promise<void> {
  for (const activation of ["gelu", "gelu_new", "relu"] as const) {
    const once = await run(device, twoLayers, activation);
    assert(once.every((values) => values.some((value) => value !== 0)));
    const actual = await run(device, feedForward, activation);
    for (const [i, values] of actual.entries()) {
      const { error, index } = worstDifference(values, once[i]);
      assert(
        error <= (roundsEqually ? 0 : 2e-6),
        `${activation}: element ${index} of tensor ${i} differs by ${error}`,
      );
    }
  }
  await device.destroy();
}

async function equalsTwoLayersOnWebGpu(restrictions?: { maxBindingBytes: number }) {
  const device = (await openWebGpuDevice({ restrictions }))!;
  await equalsTwoLayers(device, device.access.capabilities.cpuAdapter);
}

Deno.test("feedForward() equals two dense layers on the CPU device", async () => {
  await equalsTwoLayers(await openCpuDevice({ workers: 1 }));
});

Deno.test({
  name: "feedForward() equals two dense layers on WebGPU",
  ignore: adapter === null,
  fn: () => equalsTwoLayersOnWebGpu(),
});

Deno.test({
  name: "feedForward() equals two dense layers when tensors exceed a binding",
  ignore: adapter === null,
  fn: () => equalsTwoLayersOnWebGpu({ maxBindingBytes: 4 * INTERMEDIATE * HIDDEN }),
});

/** Returns the temporary bytes of `depth` consecutive networks. */
async function temporaryBytes(
  network: Network,
  depth: number,
  differentiate: boolean,
): Promise<number> {
  const device = new PlanningDevice();
  const parameter = (...shape: number[]): Tensor => {
    const view = whole(device.allocate(shape.reduce((a, b) => a * b), "f32", "parameter"));
    return { view, shape, gradient: view };
  };
  const layer = (inputs: number, outputs: number): DenseLayer => ({
    weight: parameter(outputs, inputs),
    bias: parameter(outputs),
  });
  const inner = layer(HIDDEN, INTERMEDIATE), outer = layer(INTERMEDIATE, HIDDEN);
  const scope: Scope = { device, tape: differentiate ? new Tape(device) : undefined };
  let x = temporaryTensor(device, [1024, HIDDEN], "x");
  for (let i = 0; i < depth; i++) x = network(scope, x, inner, outer, "gelu_new");
  scope.tape?.accumulate(x, temporaryTensor(device, x.shape, "gradient"));
  scope.tape?.backward();
  await device.flush();
  return device.planned().temporaryBytes;
}

Deno.test("feedForward() keeps one tensor of the intermediate size in training, and none in evaluation", async () => {
  const [preactivation, x] = [4 * 1024 * INTERMEDIATE, 4 * 1024 * HIDDEN];
  const growth = async (network: Network, differentiate: boolean) => {
    const more = await temporaryBytes(network, 9, differentiate);
    return (more - await temporaryBytes(network, 5, differentiate)) / 4;
  };
  assertEquals(await growth(feedForward, true), preactivation + x);
  assertEquals(await growth(twoLayers, true), 2 * preactivation + x);
  assertEquals(await growth(feedForward, false), 0);
});
