import { assertEquals } from "@std/assert";
import { whole } from "../../../src/device/device.ts";
import { openReferenceDevice } from "../../../src/device/host/reference_device.ts";
import { testHostDevice } from "./host_device_conformance.ts";
import { affine, third } from "./toy_kernels.ts";

testHostDevice("the float32 reference device", () => openReferenceDevice({ precision: "f32" }));
testHostDevice("the float64 reference device", () => openReferenceDevice({ precision: "f64" }));

for (const [precision, expected] of [["f32", Math.fround(1 / 3)], ["f64", 1 / 3]] as const) {
  Deno.test(`the ${precision} reference device computes and reads in ${precision}`, async () => {
    const device = openReferenceDevice({ precision });
    const y = device.allocate(1, "f32", "y");
    device.run(third, { bindings: { y: whole(y) }, uniforms: { count: 1 } });
    assertEquals((await device.read(whole(y)))[0], expected);
    await device.destroy();
  });
}

Deno.test("the reference device fills temporaries with NaN", async () => {
  const device = openReferenceDevice({ precision: "f32" });
  const x = device.temporary(1, "f32", "x");
  const y = device.allocate(1, "f32", "y");
  device.run(affine, { bindings: { x: whole(x), y: whole(y) }, uniforms: { count: 1, a: 1 } });
  assertEquals((await device.read(whole(y)))[0], NaN);
  await device.destroy();
});
