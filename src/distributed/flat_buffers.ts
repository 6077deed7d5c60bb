/**
 * Flat device buffers, summed over ranks or copied from rank 0, bucket by bucket: while one bucket is on its way the next is read from the device.
 *
 * @module
 */
import { type Device, type DeviceBuffer, type View, whole } from "../device/mod.ts";
import type { Stretch } from "../optim/mod.ts";
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
  await throughHost(world, device, buckets(whole(buffer)), (values) => {
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
    buckets(whole(buffer)),
    (values) => world.broadcast(bytesOf(values)),
  );
}

/** Gives every rank the parts of a buffer that the others have made, one part a rank. Collective. */
export async function shareParts(
  world: World,
  device: Device,
  parts: readonly View[],
): Promise<void> {
  const underWay: Promise<void>[] = [];
  for (const [owner, part] of parts.entries()) {
    for (const view of buckets(part)) {
      if (underWay.length === IN_FLIGHT) await underWay.shift();
      const own = owner === world.rank;
      const values = own ? await device.read(view) as Float32Array : new Float32Array(view.length);
      const sent = world.broadcast(bytesOf(values), owner);
      underWay.push(own ? sent : sent.then(() => device.write(view, values)));
    }
  }
  await Promise.all(underWay);
}

/**
 * Brings the parts that ranks keep of a flat array to rank 0. Collective.
 *
 * @param own this rank's part, a buffer of its own
 * @param parts where each rank's part lies in the array
 * @param length of the array
 * @returns the array on rank 0, null on the others
 */
export async function gatherParts(
  world: World,
  device: Device,
  own: DeviceBuffer,
  parts: readonly Stretch[],
  length: number,
): Promise<Float32Array | null> {
  const all = world.rank === 0 ? new Float32Array(length) : null;
  for (const [owner, { offset, length }] of parts.entries()) {
    for (const view of buckets({ buffer: own, offset: 0, length })) {
      const values = owner === world.rank
        ? await device.read(view) as Float32Array
        : new Float32Array(view.length);
      await world.broadcast(bytesOf(values), owner);
      all?.set(values, offset + view.offset);
    }
  }
  return all;
}

/** The way back: gives every rank its part of rank 0's array. Collective. */
export async function scatterParts(
  world: World,
  device: Device,
  own: DeviceBuffer,
  parts: readonly Stretch[],
  all: Float32Array | null,
): Promise<void> {
  for (const [owner, { offset, length }] of parts.entries()) {
    for (const view of buckets({ buffer: own, offset: 0, length })) {
      const start = offset + view.offset;
      const values = all?.slice(start, start + view.length) ?? new Float32Array(view.length);
      await world.broadcast(bytesOf(values));
      if (owner === world.rank) device.write(view, values);
    }
  }
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

function buckets({ buffer, offset, length }: View): View[] {
  const end = offset + length;
  const views: View[] = [];
  for (let start = offset; start < end; start += BUCKET) {
    views.push({ buffer, offset: start, length: Math.min(BUCKET, end - start) });
  }
  return views;
}
