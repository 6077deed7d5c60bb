import { assert, assertEquals } from "@std/assert";
import { elementwiseScaleAdd } from "../../kernels/mod.ts";
import { type Device, openCpuDevice, type View, whole } from "../../src/device/mod.ts";
import { Tape, temporaryTensor, type Tensor } from "../../src/tensor/mod.ts";

const COUNT = 8;

async function withDevice(body: (device: Device) => Promise<void>): Promise<void> {
  const device = await openCpuDevice({ workers: 1 });
  await body(device);
  await device.destroy();
}

function filled(device: Device, value: number): Tensor {
  const tensor = temporaryTensor(device, [COUNT], `all ${value}`);
  device.write(tensor.view, new Float32Array(COUNT).fill(value));
  return tensor;
}

/** Adds `factor·x` to a gradient, and returns where it was written. */
function contribute(
  device: Device,
  tape: Tape,
  tensor: Tensor,
  x: Tensor,
  factor: number,
): { view: View; accumulate: boolean } {
  let written: { view: View; accumulate: boolean } | undefined;
  tape.contribute(tensor, "contribution", [x.view], (view, accumulate) => {
    written = { view, accumulate };
    device.run(elementwiseScaleAdd, {
      bindings: { x: x.view, y: view },
      uniforms: { count: COUNT, alpha: factor, beta: Number(accumulate) },
    });
  });
  assert(written !== undefined);
  return written;
}

async function first(device: Device, view: View): Promise<number> {
  const values = await device.read(view);
  assert(values.every((value) => value === values[0]));
  return values[0];
}

Deno.test("contribute() writes the first contribution and adds later ones in place", () =>
  withDevice(async (device) => {
    const tape = new Tape(device);
    const [tensor, x] = [filled(device, 0), filled(device, 1)];
    const one = contribute(device, tape, tensor, x, 2);
    const two = contribute(device, tape, tensor, x, 3);
    assertEquals([one.accumulate, two.accumulate], [false, true]);
    assertEquals(two.view.buffer, one.view.buffer);
    assertEquals(await first(device, tape.gradientOf(tensor)!.view), 5);
  }));

Deno.test("contribute() does not overwrite memory that something else reads later", () =>
  withDevice(async (device) => {
    const tape = new Tape(device);
    const x = filled(device, 1);
    const [shared, other, own] = [filled(device, 0), filled(device, 0), filled(device, 0)];
    const gradient = filled(device, 10);
    tape.accumulate(shared, gradient);
    tape.accumulate(other, gradient);
    contribute(device, tape, shared, x, 2);
    // The memory is read by the contribution itself.
    const read = filled(device, 4);
    tape.accumulate(own, read);
    contribute(device, tape, own, read, 2);
    // The memory belongs to the caller.
    const kept = whole(device.allocate(COUNT, "f32", "kept"));
    device.write(kept, new Float32Array(COUNT).fill(7));
    const last = filled(device, 0);
    tape.accumulate(last, { view: kept, shape: [COUNT] });
    contribute(device, tape, last, x, 1);
    const views = [shared, other, own, last].map((tensor) => tape.gradientOf(tensor)!.view);
    assertEquals(
      await Promise.all([...views, kept].map((view) => first(device, view))),
      [12, 10, 12, 8, 7],
    );
  }));

Deno.test("contribute() adds to the gradient of a trainable tensor", () =>
  withDevice(async (device) => {
    const gradient = whole(device.allocate(COUNT, "f32", "gradient"));
    device.write(gradient, new Float32Array(COUNT).fill(1));
    const tensor = { ...filled(device, 0), gradient };
    const tape = new Tape(device);
    assertEquals(contribute(device, tape, tensor, filled(device, 1), 2).accumulate, true);
    assertEquals(await first(device, gradient), 3);
    assertEquals(tape.gradientOf(tensor), undefined);
  }));
