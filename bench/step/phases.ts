/**
 * Where the time of a training step goes: by phase, and on the host.
 *
 * @module
 */
import { type Device, WebGpuDevice } from "../../src/device/mod.ts";
import type { TrainingStep } from "./training_step.ts";

/** Milliseconds of each phase, waiting for the device after each. */
export interface Phases {
  /** Building examples. */
  readonly data: number;
  /** Losses. */
  readonly forward: number;
  /** Gradients: a pass with gradients less one without. */
  readonly backward: number;
  /** Norms, clipping, update. */
  readonly optimizer: number;
  /** Losses and norms to the host. */
  readonly readback: number;
}

/** Times each phase once, on one batch. */
export async function timePhases(step: TrainingStep): Promise<Phases> {
  const { device } = step;
  const time = async (work: () => void) => {
    const start = performance.now();
    work();
    device.flush();
    await device.settled();
    return performance.now() - start;
  };
  const start = performance.now();
  const batch = step.batch();
  const data = performance.now() - start;
  const forward = await time(() => step.record(batch, false));
  const both = await time(() => step.record(batch));
  const optimizer = await time(() => step.update());
  const beforeRead = performance.now();
  await step.readback();
  const readback = performance.now() - beforeRead;
  return { data, forward, backward: both - forward, optimizer, readback };
}

/** What a whole step took. */
export interface StepTime {
  /** Until the device was done. */
  readonly milliseconds: number;
  /** What the host did meanwhile: recorded, planned, encoded. */
  readonly hostMilliseconds: number;
}

/**
 * Times a step as training does it, without waiting between phases. Host time does not count what the driver does inside `GPUQueue.submit`: a software driver computes
 * there.
 */
export async function timeStep(step: TrainingStep, submitted: () => number): Promise<StepTime> {
  const { device } = step;
  const flushes = device instanceof WebGpuDevice;
  const before = submitted();
  const start = performance.now();
  const batch = step.batch();
  const built = performance.now();
  let recorded = 0;
  const flush = () => {
    const begin = performance.now();
    device.flush();
    // The CPU device computes in a flush.
    if (!flushes) recorded -= performance.now() - begin;
  };
  step.record(batch);
  flush();
  step.update();
  flush();
  recorded += performance.now() - built;
  const inDriver = submitted() - before;
  await device.settled();
  return { milliseconds: performance.now() - start, hostMilliseconds: recorded - inDriver };
}

/** Counts the milliseconds that a device's queue spends in `submit`; always 0 for one without a queue. */
export function countSubmits(device: Device): () => number {
  if (!(device instanceof WebGpuDevice)) return () => 0;
  const { queue } = device.access.gpu;
  const submit = queue.submit.bind(queue);
  let spent = 0;
  queue.submit = (buffers) => {
    const start = performance.now();
    submit(buffers);
    spent += performance.now() - start;
  };
  return () => spent;
}
