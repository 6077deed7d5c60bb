import { assertEquals, assertThrows } from "@std/assert";
import { openReferenceDevice, PlanningDevice, whole } from "../../src/device/mod.ts";
import { tinyStep } from "../../src/device/self_test/tiny_step.ts";
import { affine } from "./host/toy_kernels.ts";

Deno.test("PlanningDevice predicts the memory and arithmetic of a device", () => {
  const device = new PlanningDevice();
  const x = device.allocate(1000, "f32", "x");
  const [a, b, c] = ["a", "b", "c"].map((label) => device.temporary(1000, "f32", label));
  const run = (from: typeof x, to: typeof x) =>
    device.run(affine, {
      bindings: { x: whole(from), y: whole(to) },
      uniforms: { count: 1000, a: 1 },
    });
  run(x, a);
  run(a, b);
  run(b, c);
  device.flush();
  const { persistentBytes, temporaryBytes, buffers, flops, runs } = device.planned();
  assertEquals(
    { persistentBytes, temporaryBytes, buffers, flops, runs },
    // c takes the slot of a.
    { persistentBytes: 4000, temporaryBytes: 2 * 4096, buffers: 3, flops: 6000, runs: 3 },
  );
  device.free(x);
  assertEquals(device.memory().persistentBytes, 0);
  assertThrows(() => device.free(x), TypeError, "already freed");
});

Deno.test("PlanningDevice continues a recording after a read in the same turn, like other devices", async () => {
  const planning = new PlanningDevice();
  const planned = await tinyStep(planning);
  const reference = openReferenceDevice({ precision: "f32" });
  const computed = await tinyStep(reference);
  assertEquals(
    Object.values(planned).map(({ length }) => length),
    Object.values(computed).map(({ length }) => length),
  );
  assertEquals(planning.memory().persistentBytes, reference.memory().persistentBytes);
  await reference.destroy();
});
