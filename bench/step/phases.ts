/**
 * Times the phases of a training step.
 *
 * @module
 */
import { type Device, WebGpuDevice } from "../../src/device/mod.ts";
import type { TrainingStep } from "./training_step.ts";

/** `CLOCK_THREAD_CPUTIME_ID` of Linux. */
const THREAD_CPU_TIME = 3;

const SYMBOLS = { clock_gettime: { parameters: ["i32", "buffer"], result: "i32" } } as const;

/**
 * CPU time of this thread in milliseconds on Linux with glibc, elsewhere elapsed time. A software adapter computes on the
 * same cores as this thread, so that elapsed time would include its work.
 */
class HostClock implements Disposable {
  readonly #libc = Deno.build.os === "linux" ? openLibc() : null;
  readonly #time = new BigInt64Array(2);

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

/** Milliseconds of each phase, including waiting for the device. */
export interface Phases {
  /** Building examples. */
  readonly data: number;
  /** Computing losses. */
  readonly forward: number;
  /** Computing gradients: the time of both passes minus that of the forward pass. */
  readonly backward: number;
  /** Computing norms, clipping and the update. */
  readonly optimizer: number;
  /** Reading losses and norms. */
  readonly readback: number;
}

/** Measures each phase on one batch, `pipelined` times in a row with one wait. */
export async function timePhases(step: TrainingStep, pipelined: number): Promise<Phases> {
  const { device } = step;
  const time = async (work: () => void) => {
    const start = performance.now();
    for (let i = 0; i < pipelined; i++) {
      work();
      device.flush();
    }
    await device.settled();
    return (performance.now() - start) / pipelined;
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

/** Number of steps to measure with one wait: on a GPU, the wait would hide the time of fewer. */
export function stepsPerWait(device: Device): number {
  return device instanceof WebGpuDevice && !device.access.capabilities.cpuAdapter ? 10 : 1;
}

export interface StepTime {
  /** Time of a step, including its part of the wait for the device. */
  readonly milliseconds: number;
  /** Time in which the host recorded, planned and encoded. */
  readonly hostMilliseconds: number;
}

/**
 * Measures steps as in training, without waiting between phases. Host time excludes the time inside `GPUQueue.submit`, since
 * a software driver computes there.
 */
export class StepTimer implements Disposable {
  readonly #step: TrainingStep;
  readonly #clock = new HostClock();
  /** Milliseconds of the host's clock inside `submit`. */
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

  /**
   * Runs steps and waits once, after the last. Waiting for every step would hide how fast a GPU is: Deno takes 11 ms to notice that it
   * has finished.
   *
   * @returns milliseconds per step
   */
  async time(steps: number): Promise<StepTime> {
    const { device } = this.#step;
    const start = performance.now();
    let host = 0;
    const flush = () => {
      const begin = this.#clock.milliseconds();
      device.flush();
      // On the CPU device, a flush computes.
      if (!(device instanceof WebGpuDevice)) host -= this.#clock.milliseconds() - begin;
    };
    for (let i = 0; i < steps; i++) {
      const batch = this.#step.batch();
      host += this.#submitting - this.#clock.milliseconds();
      this.#step.record(batch);
      flush();
      this.#step.update();
      flush();
      host += this.#clock.milliseconds() - this.#submitting;
    }
    await device.settled();
    return {
      milliseconds: (performance.now() - start) / steps,
      hostMilliseconds: host / steps,
    };
  }
}
