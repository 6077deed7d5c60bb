/**
 * Collective operations on flat device buffers. They work in buckets: while one bucket is being sent, the next is read from the device.
 *
 * @module
 */
import { type Device, type DeviceBuffer, type View, whole } from "../device/mod.ts";
import type { Slice } from "../optim/mod.ts";
import { bytesOf } from "./collectives.ts";
import type { DataParallel } from "./data_parallel.ts";
import { allReduceHalf } from "./half.ts";
import type { ProcessGroup } from "./process_group.ts";

/** Precision in which gradients are sent. */
export type AllReduceType = "f32" | "f16";

/** Elements per bucket: 4 MB, large enough for full bandwidth. */
const BUCKET = 1 << 20;
/** Maximum number of buckets in flight. */
const IN_FLIGHT = 4;

/** Overwrites a float32 buffer with its elementwise sum over all ranks. Collective. */
export async function allReduceBuffer(
  { group, allReduce }: Pick<DataParallel, "group" | "allReduce">,
  device: Device,
  buffer: DeviceBuffer,
): Promise<void> {
  let earlier = Promise.resolve();
  await throughHost(group, device, buckets(whole(buffer)), (values) => {
    if (allReduce === "f32") return group.allReduce(values);
    // One bucket takes several collective calls, which every rank must make in the same order. So buckets are reduced one after another while the next is read.
    return earlier = earlier.then(() => allReduceHalf(group, values));
  });
}

/** Copies the contents of rank 0's buffer to every rank. Collective. */
export async function broadcastBuffer(
  group: ProcessGroup,
  device: Device,
  buffer: DeviceBuffer,
): Promise<void> {
  await throughHost(
    group,
    device,
    buckets(whole(buffer)),
    (values) => group.broadcast(bytesOf(values)),
  );
}

/** Sends each rank's part of a float32 buffer to all other ranks. `parts[r]` is the part computed by rank `r`. Collective. */
export async function allGatherParts(
  group: ProcessGroup,
  device: Device,
  parts: readonly View[],
): Promise<void> {
  const pending: Promise<void>[] = [];
  for (const [owner, part] of parts.entries()) {
    for (const view of buckets(part)) {
      if (pending.length === IN_FLIGHT) await pending.shift();
      const own = owner === group.rank;
      const values = own ? await device.read(view) as Float32Array : new Float32Array(view.length);
      const sent = group.broadcast(bytesOf(values), owner);
      pending.push(own ? sent : sent.then(() => device.write(view, values)));
    }
  }
  await Promise.all(pending);
}

/**
 * Assembles on rank 0 a flat array whose parts are stored by different ranks. Collective.
 *
 * @param own buffer with this rank's part
 * @param parts offset and length of each rank's part in the array
 * @param length number of elements of the array
 * @returns the array on rank 0, null on other ranks
 */
export async function gatherParts(
  group: ProcessGroup,
  device: Device,
  own: DeviceBuffer,
  parts: readonly Slice[],
  length: number,
): Promise<Float32Array | null> {
  const all = group.rank === 0 ? new Float32Array(length) : null;
  for (const [owner, { offset, length }] of parts.entries()) {
    for (const view of buckets({ buffer: own, offset: 0, length })) {
      const values = owner === group.rank
        ? await device.read(view) as Float32Array
        : new Float32Array(view.length);
      await group.broadcast(bytesOf(values), owner);
      all?.set(values, offset + view.offset);
    }
  }
  return all;
}

/** Copies each rank's part of rank 0's array into that rank's buffer: the inverse of {@linkcode gatherParts}. Collective. */
export async function scatterParts(
  group: ProcessGroup,
  device: Device,
  own: DeviceBuffer,
  parts: readonly Slice[],
  all: Float32Array | null,
): Promise<void> {
  for (const [owner, { offset, length }] of parts.entries()) {
    for (const view of buckets({ buffer: own, offset: 0, length })) {
      const start = offset + view.offset;
      const values = all?.slice(start, start + view.length) ?? new Float32Array(view.length);
      await group.broadcast(bytesOf(values));
      if (owner === group.rank) device.write(view, values);
    }
  }
}

/** Reads each view, applies a collective operation to its values in place, and writes them back. */
async function throughHost(
  { size }: ProcessGroup,
  device: Device,
  views: readonly View[],
  operation: (values: Float32Array) => Promise<void>,
): Promise<void> {
  if (size === 1) return;
  const pending: Promise<void>[] = [];
  for (const view of views) {
    if (pending.length === IN_FLIGHT) await pending.shift();
    const values = await device.read(view) as Float32Array;
    pending.push(operation(values).then(() => device.write(view, values)));
  }
  await Promise.all(pending);
}

function buckets({ buffer, offset, length }: View): View[] {
  const end = offset + length;
  const views: View[] = [];
  for (let start = offset; start < end; start += BUCKET) {
    views.push({ buffer, offset: start, length: Math.min(BUCKET, end - start) });
  }
  return views;
}
