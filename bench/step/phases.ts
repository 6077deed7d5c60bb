/**
 * The clock of host time: a software adapter computes on the cores that the host's thread runs on, so that time by the wall would count its work too.
 *
 * @module
 */
import { WebGpuDevice } from "../../src/device/mod.ts";
import type { TrainingStep } from "./training_step.ts";

/** `CLOCK_THREAD_CPUTIME_ID` of Linux. */
const THREAD_CPU_TIME = 3;

const SYMBOLS = { clock_gettime: { parameters: ["i32", "buffer"], result: "i32" } } as const;

/** Milliseconds that this thread has computed, on Linux with glibc; elsewhere those that have passed. */
export class HostClock implements Disposable {
  readonly #libc = Deno.build.os === "linux" ? openLibc() : null;
  readonly #time = new BigInt64Array(2);

  /** Now, since some beginning. */
  milliseconds(): number {
    if (this.#libc === null) return performance.now();
    this.#libc.symbols.clock_gettime(THREAD_CPU_TIME, this.#time);
    return Number(this.#time[0]) * 1e3 + Number(this.#time[1]) / 1e6;
  }

  [Symbol.dispose](): void {
    this.#libc?.close();
  }
}

function openLibc(): Deno.DynamicLibrary<typeof SYMBOLS> | null {
  try {
    return Deno.dlopen("libc.so.6", SYMBOLS);
  } catch {
    return null;
  }
}

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
  /** What the host computed meanwhile: recorded, planned, encoded. */
  readonly hostMilliseconds: number;
}

/**
 * Times steps as training does them, without waiting between phases. Host time is that of the host's thread, and does not count what the driver does inside
 * `GPUQueue.submit`: a software driver computes there.
 */
export class StepTimer implements Disposable {
  readonly #step: TrainingStep;
  readonly #clock = new HostClock();
  /** Of the host's thread, in `submit`. */
  #submitting = 0;

  constructor(step: TrainingStep) {
    this.#step = step;
    if (!(step.device instanceof WebGpuDevice)) return;
    const { queue } = step.device.access.gpu;
    const submit = queue.submit.bind(queue);
    queue.submit = (buffers) => {
      const start = this.#clock.milliseconds();
      submit(buffers);
      this.#submitting += this.#clock.milliseconds() - start;
    };
  }

  [Symbol.dispose](): void {
    this.#clock[Symbol.dispose]();
  }

  /** Times one step. */
  async time(): Promise<StepTime> {
    const { device } = this.#step;
    const start = performance.now();
    const batch = this.#step.batch();
    let host = this.#submitting - this.#clock.milliseconds();
    const flush = () => {
      const begin = this.#clock.milliseconds();
      device.flush();
      // The CPU device computes in a flush.
      if (!(device instanceof WebGpuDevice)) host -= this.#clock.milliseconds() - begin;
    };
    this.#step.record(batch);
    flush();
    this.#step.update();
    flush();
    host += this.#clock.milliseconds() - this.#submitting;
    await device.settled();
    return { milliseconds: performance.now() - start, hostMilliseconds: host };
  }
}
