import { assertEquals, assertRejects } from "@std/assert";
import { type Device, type DeviceLimits, PlanningDevice } from "../../src/device/mod.ts";
import { fittingExamples } from "../../src/train/mod.ts";

/** A device with `room` bytes of memory. */
function deviceWith(room: number): Device {
  const device = new PlanningDevice({ maxBufferBytes: 1000, maxBindingBytes: 1000 });
  device.canHold = (bytes = 0) => Promise.resolve(bytes <= room);
  return device;
}

/** A step takes 100 bytes plus 10 per example; one tensor takes 8 per example. */
function plan(examples: number, { maxBufferBytes }: DeviceLimits) {
  if (8 * examples > maxBufferBytes) throw new RangeError("too large");
  const peakBytes = 100 + 10 * examples;
  return { peakBytes, persistentBytes: 100, temporaryBytes: 10 * examples, buffers: 2 };
}

Deno.test("fittingExamples() returns all examples, or the first half that fits memory and limits", async () => {
  assertEquals(await fittingExamples(deviceWith(10_000), 32, plan), 32);
  assertEquals(await fittingExamples(deviceWith(300), 32, plan), 16);
  assertEquals(await fittingExamples(deviceWith(300), 25, plan), 13);
  assertEquals(await fittingExamples(deviceWith(10_000), 400, plan), 100);
  assertEquals(await fittingExamples(deviceWith(600), 32, plan, 2), 16);
});

Deno.test("fittingExamples() gives advice if not even one example fits", async () => {
  await assertRejects(
    () => fittingExamples(deviceWith(105), 8, plan),
    RangeError,
    "Not even one example fits planning only: it needs 110 B; use shorter sequences",
  );
});
