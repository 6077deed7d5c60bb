/**
 * A device that computes nothing. It assigns slots to temporaries like the real devices and adds up memory and arithmetic, so a
 * program can find out what a training step needs without running it.
 *
 * @module
 */
import type { ElementType, Kernel } from "../../kernels/mod.ts";
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
} from "./device.ts";
import { Profile } from "./profile.ts";
import { persistentBytes, Recorder } from "./recording.ts";

/** Memory and arithmetic of the recorded commands. */
export interface PlannedUse extends MemoryUse {
  /** Floating-point operations of all runs. */
  readonly flops: number;
  /** Number of kernel runs. */
  readonly runs: number;
}

/** Called for every recorded run. */
export type OnPlannedRun = (kernel: Kernel, run: Run) => void;

/** A device that predicts memory and arithmetic. Reads resolve with zeros. */
export class PlanningDevice implements Device {
  /** Description without numerics. */
  readonly description: DeviceDescription = {
    kind: "cpu",
    adapter: "planning only",
    numerics: {},
  };
  readonly #recorder: Recorder;
  #profile = new Profile();
  /** Maximum number of slots of each size class over all recordings. */
  readonly #slots = new Map<number, number>();
  #persistentBytes = 0;
  #persistentBuffers = 0;
  #peakPersistentBytes = 0;

  /**
   * Creates a planning device.
   *
   * @param limits limits of the device to plan for; default: no limits
   * @param onRun called for every recorded run
   */
  constructor(
    readonly limits: DeviceLimits = {
      maxBufferBytes: Number.MAX_SAFE_INTEGER,
      maxBindingBytes: Number.MAX_SAFE_INTEGER,
    },
    readonly onRun: OnPlannedRun = () => {},
  ) {
    this.#recorder = new Recorder(limits, { flush: () => this.flush() });
  }

  /** Adds a persistent buffer to the memory in use. */
  allocate(length: number, type: ElementType, label: string): DeviceBuffer {
    const buffer = this.#recorder.buffer(length, type, label, false);
    this.#persistentBytes += persistentBytes(length);
    this.#persistentBuffers++;
    this.#peakPersistentBytes = Math.max(this.#peakPersistentBytes, this.#persistentBytes);
    return buffer;
  }

  temporary(length: number, type: ElementType, label: string): DeviceBuffer {
    return this.#recorder.buffer(length, type, label, true);
  }

  /** Removes a persistent buffer from the memory in use. */
  free(buffer: DeviceBuffer): void {
    this.#recorder.free(buffer);
    this.#persistentBytes -= persistentBytes(buffer.length);
    this.#persistentBuffers--;
  }

  /** Records a write and ignores its data. */
  write(view: View, data: HostArray): void {
    this.#recorder.write(view, data);
  }

  /** Records a run and counts its arithmetic. */
  run(kernel: Kernel, run: Run): void {
    this.#recorder.run(kernel, run);
    this.onRun(kernel, run);
    const { uniforms, structural = {} } = run;
    this.#profile.add({ kernel, structural, uniforms }, "planned", 0, 0);
  }

  /** Records a read, ends the recording in this turn of the event loop, and resolves with zeros. */
  async read(view: View): Promise<HostArray> {
    // Never resolves: nothing executes the recording.
    void this.#recorder.read(view);
    const { length, buffer } = view;
    return await Promise.resolve(
      buffer.type === "f32" ? new Float32Array(length) : new Uint32Array(length),
    );
  }

  /** Assigns slots to the temporaries of the recording. */
  flush(): void {
    for (const { bytes, ordinal } of this.#recorder.take().slots.values()) {
      this.#slots.set(bytes, Math.max(this.#slots.get(bytes) ?? 0, ordinal + 1));
    }
  }

  settled(): Promise<void> {
    return Promise.resolve();
  }

  canHold(): Promise<boolean> {
    return Promise.resolve(true);
  }

  /** Memory that a device would use. */
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

  /** Memory and arithmetic of all recorded commands. */
  planned(): PlannedUse {
    let flops = 0, runs = 0;
    for (const sum of this.#profile.list()) {
      flops += sum.flops;
      runs += sum.calls;
    }
    return { ...this.memory(), flops, runs };
  }

  /** Empty: buffers are not planned by name. */
  holdersAtPeak(): readonly Holder[] {
    return [];
  }

  /** Resets the counts of arithmetic. */
  startProfile(): void {
    this.#profile = new Profile();
  }

  /** Arithmetic per kernel, without times. */
  endProfile(): Promise<readonly KernelProfile[]> {
    return Promise.resolve(this.#profile.list());
  }

  destroy(): Promise<void> {
    return Promise.resolve();
  }

  /** Destroys the device at the end of the scope of `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
  }
}
