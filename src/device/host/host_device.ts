/**
 * A device in the host's memory: records commands, executes them in order at a flush, keeps the first fault and measures time per
 * kernel. A {@linkcode HostBackend} provides memory and arithmetic.
 *
 * @module
 */
import type { ElementType, Kernel } from "../../../kernels/mod.ts";
import {
  type Device,
  type DeviceBuffer,
  type DeviceDescription,
  DeviceError,
  type DeviceLimits,
  type Holder,
  type HostArray,
  type KernelProfile,
  type MemoryUse,
  type ProfiledRun,
  type Run,
  type View,
} from "../device.ts";
import { fitsHostMemory } from "../host_memory.ts";
import { Profile } from "../profile.ts";
import { type Command, persistentBytes, Recorder, type RunCommand } from "../recording.ts";
import { type Slot, temporariesAtPeak } from "../slots.ts";

/** The memory and the arithmetic of a host device. */
export interface HostBackend {
  readonly description: DeviceDescription;
  readonly limits: DeviceLimits;
  /**
   * Allocates zeroed memory for a persistent buffer.
   *
   * @throws {DeviceError} if there is not enough memory.
   */
  reserve(buffer: DeviceBuffer): void;
  release(buffer: DeviceBuffer): void;
  /**
   * Assigns memory to the temporaries of the recording that is executed next, and ends those of the last one.
   *
   * @throws {DeviceError} if there is not enough memory.
   */
  prepare(slots: ReadonlyMap<DeviceBuffer, Slot>): void;
  array(view: View): HostArray;
  /** Computes one run and returns the name of the implementation, for profiles. */
  execute(command: RunCommand): string;
  memory(): MemoryUse;
  close(): Promise<void>;
}

/** A device in the host's memory. Its work is done when `flush` returns. */
export class HostDevice implements Device {
  readonly description: DeviceDescription;
  readonly limits: DeviceLimits;
  readonly #backend: HostBackend;
  readonly #recorder: Recorder;
  readonly #live = new Set<DeviceBuffer>();
  readonly #freed: DeviceBuffer[] = [];
  #fault: DeviceError | null = null;
  #profile: Profile | null = null;
  #holdersAtPeak: readonly Holder[] = [];
  #destroyed = false;

  constructor(backend: HostBackend) {
    this.#backend = backend;
    this.description = backend.description;
    this.limits = backend.limits;
    this.#recorder = new Recorder(backend.limits, {
      flush: () => this.flush(),
      check: () => {
        if (this.#destroyed) throw new DeviceError("Cannot use a device after destroy()");
      },
    });
  }

  allocate(length: number, type: ElementType, label: string): DeviceBuffer {
    const buffer = this.#recorder.buffer(length, type, label, false);
    this.#backend.reserve(buffer);
    this.#live.add(buffer);
    return buffer;
  }

  temporary(length: number, type: ElementType, label: string): DeviceBuffer {
    return this.#recorder.buffer(length, type, label, true);
  }

  free(buffer: DeviceBuffer): void {
    this.#recorder.free(buffer);
    this.#live.delete(buffer);
    if (this.#recorder.empty) this.#backend.release(buffer);
    else this.#freed.push(buffer);
  }

  write(view: View, data: HostArray): void {
    this.#recorder.write(view, data);
  }

  run(kernel: Kernel, run: Run): void {
    this.#recorder.run(kernel, run);
  }

  read(view: View): Promise<HostArray> {
    return this.#recorder.read(view);
  }

  flush(): void {
    if (this.#recorder.empty) return;
    const recording = this.#recorder.take();
    const { peakBytes } = this.#backend.memory();
    try {
      this.#backend.prepare(recording.slots);
    } catch (error) {
      this.#fail(error, "Cannot allocate temporary buffers");
    }
    if (this.#backend.memory().peakBytes > peakBytes) {
      const persistent = [...this.#live].map(({ label, length }) => ({
        label,
        bytes: persistentBytes(length),
      }));
      this.#holdersAtPeak = [...persistent, ...temporariesAtPeak(recording)]
        .sort((a, b) => b.bytes - a.bytes);
    }
    for (const command of recording.commands) this.#execute(command);
    for (const buffer of this.#freed.splice(0)) this.#backend.release(buffer);
  }

  settled(): Promise<void> {
    const fault = this.#fault;
    this.#fault = null;
    return fault === null ? Promise.resolve() : Promise.reject(fault);
  }

  memory(): MemoryUse {
    return this.#backend.memory();
  }

  canHold(bytes: number): Promise<boolean> {
    return Promise.resolve(bytes <= this.limits.maxBufferBytes && fitsHostMemory(bytes));
  }

  holdersAtPeak(): readonly Holder[] {
    return this.#holdersAtPeak;
  }

  startProfile(onRun?: (run: ProfiledRun) => void): void {
    this.flush();
    this.#profile = new Profile(onRun);
  }

  endProfile(): Promise<readonly KernelProfile[]> {
    this.flush();
    const profile = this.#profile?.list() ?? [];
    this.#profile = null;
    return Promise.resolve(profile);
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.flush();
    this.#destroyed = true;
    await this.#backend.close();
  }

  /** Destroys the device at the end of the scope of `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
  }

  #execute(command: Command): void {
    if (this.#fault !== null) {
      if (command.type === "read") command.reject(this.#fault);
      return;
    }
    switch (command.type) {
      case "write":
        this.#backend.array(command.view).set(command.data);
        break;
      case "read":
        command.resolve(this.#backend.array(command.view).slice());
        break;
      case "run":
        try {
          this.#compute(command);
        } catch (error) {
          this.#fail(error, `Kernel ${command.kernel.name} failed`);
        }
    }
  }

  #compute(command: RunCommand): void {
    if (this.#profile === null) {
      this.#backend.execute(command);
      return;
    }
    const start = performance.now();
    const variant = this.#backend.execute(command);
    this.#profile.add(command, variant, start, performance.now() - start);
  }

  #fail(error: unknown, action: string): void {
    this.#fault ??= error instanceof DeviceError ? error : new DeviceError(
      `${action}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
