/**
 * Flat device buffers, summed over ranks or copied from rank 0, bucket by bucket: while one bucket is on its way the next is read from the device.
 *
 * @module
 */
import type { Device, DeviceBuffer, View } from "../device/mod.ts";
import { allReduceHalf } from "./half.ts";
import type { Ranks } from "./ranks.ts";
import { bytesOf } from "./totals.ts";
import type { World } from "./world.ts";

/** How gradients travel. */
export type AllReduceType = "f32" | "f16";

/** Elements of a bucket: 4 MB, long enough for full bandwidth. */
const BUCKET = 1 << 20;
/** Buckets that may be under way at once. */
const IN_FLIGHT = 4;

/** Puts the sum over all ranks into a buffer. Collective. */
export async function sumBuffer(
  { world, allReduce }: Pick<Ranks, "world" | "allReduce">,
  device: Device,
  buffer: DeviceBuffer,
): Promise<void> {
  let earlier = Promise.resolve();
  await throughHost(world, device, buckets(buffer), (values) => {
    if (allReduce === "f32") return world.allReduce(values);
    // It is more than one call, and every rank must make all calls in one order: bucket after bucket, while the next is read.
    return earlier = earlier.then(() => allReduceHalf(world, values));
  });
}

/** Copies rank 0's contents of a buffer to every rank. Collective. */
export async function shareBuffer(
  world: World,
  device: Device,
  buffer: DeviceBuffer,
): Promise<void> {
  await throughHost(
    world,
    device,
    buckets(buffer),
    (values) => world.broadcast(bytesOf(values)),
  );
}

/** Reads views, lets something happen to their values on all ranks, and writes them back. */
async function throughHost(
  { size }: World,
  device: Device,
  views: readonly View[],
  happen: (values: Float32Array) => Promise<void>,
): Promise<void> {
  if (size === 1) return;
  const underWay: Promise<void>[] = [];
  for (const view of views) {
    if (underWay.length === IN_FLIGHT) await underWay.shift();
    const values = await device.read(view) as Float32Array;
    underWay.push(happen(values).then(() => device.write(view, values)));
  }
  await Promise.all(underWay);
}

function buckets(buffer: DeviceBuffer): View[] {
  const views: View[] = [];
  for (let offset = 0; offset < buffer.length; offset += BUCKET) {
    views.push({ buffer, offset, length: Math.min(BUCKET, buffer.length - offset) });
  }
  return views;
}
