/**
 * A device that computes nothing: it takes a recording, gives its temporaries slots as the real devices do, and adds up memory and arithmetic. What a training step
 * will need is known without having it.
 *
 * @module
 */
import type { ElementType, Kernel } from "../../../kernels/mod.ts";
import type {
  Device,
  DeviceBuffer,
  DeviceDescription,
  DeviceLimits,
  Holder,
  HostArray,
  KernelProfile,
  MemoryUse,
  Run,
  View,
} from "../device.ts";
import { persistentBytes, Recorder } from "../recording.ts";

/** Memory and arithmetic of what was recorded. */
export interface PlannedUse extends MemoryUse {
  /** Floating-point operations of all runs. */
  readonly flops: number;
  /** Kernel runs. */
  readonly runs: number;
}

/** Told of a kernel run that was planned. */
export type OnPlannedRun = (kernel: Kernel, run: Run) => void;

/** See the module's comment. Reads give zeros. */
export class PlanningDevice implements Device {
  /** Names it; it has no numerics. */
  readonly description: DeviceDescription = {
    kind: "cpu",
    adapter: "planning only",
    numerics: {},
  };
  readonly #recorder: Recorder;
  readonly #profile = new Map<string, { calls: number; flops: number; bytes: number }>();
  /** Slots of each size class that any recording so far has needed. */
  readonly #slots = new Map<number, number>();
  #persistentBytes = 0;
  #persistentBuffers = 0;
  #peakPersistentBytes = 0;

  /**
   * Starts with nothing recorded.
   *
   * @param limits of the device that is planned for; none where absent
   * @param onRun told of every run
   */
  constructor(
    readonly limits: DeviceLimits = {
      maxBufferBytes: Number.MAX_SAFE_INTEGER,
      maxBindingBytes: Number.MAX_SAFE_INTEGER,
    },
    readonly onRun: OnPlannedRun = () => {},
  ) {
    this.#recorder = new Recorder(limits);
  }

  /** Counts a persistent buffer. */
  allocate(length: number, type: ElementType, label: string): DeviceBuffer {
    const buffer = this.#recorder.buffer(length, type, label, false);
    this.#persistentBytes += persistentBytes(length);
    this.#persistentBuffers++;
    this.#peakPersistentBytes = Math.max(this.#peakPersistentBytes, this.#persistentBytes);
    return buffer;
  }

  /** Names a temporary buffer. */
  temporary(length: number, type: ElementType, label: string): DeviceBuffer {
    return this.#recorder.buffer(length, type, label, true);
  }

  /** Takes a persistent buffer from the count. */
  free(buffer: DeviceBuffer): void {
    this.#recorder.retire(buffer);
    this.#persistentBytes -= persistentBytes(buffer.length);
    this.#persistentBuffers--;
  }

  /** Notes that the view is written; the data goes nowhere. */
  write(view: View, data: HostArray): void {
    this.#recorder.write(view, data);
  }

  /** Notes a run and its arithmetic. */
  run(kernel: Kernel, run: Run): void {
    this.#recorder.run(kernel, run);
    this.onRun(kernel, run);
    const { flops, bytes } = kernel.work(run.uniforms, run.structural ?? {});
    const sum = this.#profile.get(kernel.name) ?? { calls: 0, flops: 0, bytes: 0 };
    sum.calls++;
    sum.flops += flops;
    sum.bytes += bytes;
    this.#profile.set(kernel.name, sum);
  }

  /** Ends the recording and gives zeros. */
  read(view: View): Promise<HostArray> {
    this.flush();
    const { length, buffer } = view;
    return Promise.resolve(
      buffer.type === "f32" ? new Float32Array(length) : new Uint32Array(length),
    );
  }

  /** Gives the recording's temporaries their slots. */
  flush(): void {
    for (const { bytes, ordinal } of this.#recorder.take().slots.values()) {
      this.#slots.set(bytes, Math.max(this.#slots.get(bytes) ?? 0, ordinal + 1));
    }
  }

  /** Nothing is ever under way. */
  settled(): Promise<void> {
    return Promise.resolve();
  }

  /** Nothing takes memory here. */
  canHold(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** What would be in use. */
  memory(): MemoryUse {
    let temporaryBytes = 0, slots = 0;
    for (const [bytes, count] of this.#slots) {
      temporaryBytes += bytes * count;
      slots += count;
    }
    return {
      persistentBytes: this.#persistentBytes,
      temporaryBytes,
      peakBytes: this.#peakPersistentBytes + temporaryBytes,
      buffers: this.#persistentBuffers + slots,
    };
  }

  /** Memory and arithmetic of everything so far. */
  planned(): PlannedUse {
    let flops = 0, runs = 0;
    for (const sum of this.#profile.values()) {
      flops += sum.flops;
      runs += sum.calls;
    }
    return { ...this.memory(), flops, runs };
  }

  /** Not planned by name. */
  holdersAtPeak(): readonly Holder[] {
    return [];
  }

  /** Starts counting anew. */
  startProfile(): void {
    this.#profile.clear();
  }

  /** Arithmetic per kernel; it took no time. */
  endProfile(): Promise<readonly KernelProfile[]> {
    const profile = [...this.#profile].map(([kernel, sum]) => ({
      kernel,
      variant: "planned",
      milliseconds: 0,
      ...sum,
    }));
    return Promise.resolve(profile);
  }

  /** There is nothing to free. */
  destroy(): Promise<void> {
    return Promise.resolve();
  }
}
