/** Matmuls that the device divides, and gradients of weights and biases from one matmul. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { type Device, openCpuDevice, PlanningDevice, whole } from "../../../src/device/mod.ts";
import { openWebGpuDevice } from "../../../src/device/webgpu/mod.ts";
import { linear, matmulViews, Tape, temporaryTensor } from "../../../src/tensor/mod.ts";
import { normal, seededRandom } from "../../kernels/support/case_arrays.ts";
import { worstDifference } from "../../kernels/support/differences.ts";

const adapter = await navigator.gpu?.requestAdapter() ?? null;

/** Few results and long sums. */
const M = 72, N = 68, K = 1100;

/** C, its pre-activation and the sums of the rows of A: one buffer for C and the sums. */
async function multiply(device: Device, epilogue: "activated" | "accumulated") {
  const random = seededRandom(5);
  const drawn = (length: number) => {
    const { view } = temporaryTensor(device, [length], "operand");
    device.write(view, Float32Array.from({ length }, () => normal(random)));
    return view;
  };
  const a = drawn(K * M), b = drawn(K * N), bias = drawn(N);
  const buffer = device.allocate(4992 + 128, "f32", "results");
  device.write(whole(buffer), new Float32Array(buffer.length).fill(0.5));
  const c = { buffer, offset: 0, length: M * N };
  const rowSums = { buffer, offset: 4992, length: M };
  const preactivation = drawn(M * N);
  matmulViews(device, {
    ...{ a, b, c, rowSums, transposeA: true, alpha: 0.5, m: M, n: N, k: K },
    ...(epilogue === "activated"
      ? { bias, preactivation, activation: "gelu_new" as const }
      : { accumulate: true }),
  });
  return await Promise.all([c, rowSums, preactivation].map((view) => device.read(view)));
}

for (const epilogue of ["activated", "accumulated"] as const) {
  Deno.test({
    name: `a matmul with divided sums equals one with undivided sums: ${epilogue}`,
    ignore: adapter === null,
    async fn() {
      const cpu = await openCpuDevice({ workers: 1 });
      const gpu = (await openWebGpuDevice({ restrictions: { fillingWorkgroups: 16 } }))!;
      gpu.startProfile();
      const actual = await multiply(gpu, epilogue);
      const kernels = (await gpu.endProfile()).map(({ kernel }) => kernel).toSorted();
      assertEquals(kernels, ["matmul.add_parts", "matmul.parts"]);
      const expected = await multiply(cpu, epilogue);
      actual.forEach((values, i) => assert(worstDifference(values, expected[i]).error < 2e-6));
      await gpu.destroy();
      await cpu.destroy();
    },
  });
}

Deno.test("the device's filling workgroups alone decide whether a matmul is divided", () => {
  const runs = (fillingWorkgroups?: number) => {
    const kernels: string[] = [];
    const limits = { maxBufferBytes: 2 ** 30, maxBindingBytes: 2 ** 30, fillingWorkgroups };
    const device = new PlanningDevice(limits, ({ name }) => kernels.push(name));
    void multiply(device, "accumulated");
    return kernels;
  };
  assertEquals(runs(), ["matmul.matmul"]);
  assertEquals(runs(7), ["matmul.matmul"]);
  assertEquals(runs(8), ["matmul.parts", "matmul.add_parts"]);
});

Deno.test("one dispatch may write two ranges of a buffer if they do not overlap", () => {
  const device = new PlanningDevice();
  const a = temporaryTensor(device, [64], "a").view, buffer = device.allocate(128, "f32", "both");
  const multiply = (offset: number) =>
    matmulViews(device, {
      ...{ a, b: a, c: { buffer, offset: 0, length: 65 } },
      ...{ rowSums: { buffer, offset, length: 8 }, m: 8, n: 8, k: 8 },
    });
  assertThrows(() => multiply(64), TypeError, 'buffer "both" is bound as both c and row_sums');
  const smaller = { buffer, offset: 0, length: 64 };
  matmulViews(device, {
    ...{ a, b: a, c: smaller, rowSums: { buffer, offset: 64, length: 8 }, m: 8, n: 8, k: 8 },
  });
});

Deno.test("the gradient of a bias does not depend on whether the weight is trained", async () => {
  const device = await openCpuDevice({ workers: 1 });
  const gradientOfBias = async (trained: boolean) => {
    const random = seededRandom(6);
    const tensor = (...shape: number[]) => {
      const made = temporaryTensor(device, shape, "numbers");
      device.write(
        made.view,
        Float32Array.from({ length: made.view.length }, () => normal(random)),
      );
      return { ...made, gradient: whole(device.allocate(made.view.length, "f32", "gradient")) };
    };
    const x = tensor(70, 24), weight = tensor(20, 24), bias = tensor(20), dy = tensor(70, 20);
    const tape = new Tape(device);
    const frozen = { view: weight.view, shape: weight.shape };
    const y = linear({ device, tape }, x, trained ? weight : frozen, bias);
    tape.accumulate(y, { view: dy.view, shape: dy.shape });
    tape.backward();
    return await device.read(bias.gradient);
  };
  const [trained, frozen] = [await gradientOfBias(true), await gradientOfBias(false)];
  assert(trained.some((value) => value !== 0));
  assert(worstDifference(trained, frozen).error < 1e-6);
  await device.destroy();
});
