/**
 * What devices in the host's own memory do alike: record, carry out at a flush in the order of the recording, keep the first
 * fault, count time per kernel. Memory and arithmetic are a {@linkcode HostBackend}'s.
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
import { temporariesAtPeak } from "../peak.ts";
import { type Command, Recorder, type RunCommand, type Slot } from "../recording.ts";

/** Memory and arithmetic of a device in the host's memory. */
export interface HostBackend {
  readonly description: DeviceDescription;
  readonly limits: DeviceLimits;
  /** Finds zeroed memory for a persistent buffer. */
  reserve(buffer: DeviceBuffer): void;
  /** Takes it back. */
  release(buffer: DeviceBuffer): void;
  /** Finds memory for the temporaries of the recording that starts now; those of the last one are gone. */
  prepare(slots: ReadonlyMap<DeviceBuffer, Slot>): void;
  /** The memory behind a view. */
  array(view: View): HostArray;
  /** Computes one run and returns the name of the implementation that did. */
  execute(command: RunCommand): string;
  memory(): MemoryUse;
  /** Gives everything back. */
  close(): Promise<void>;
}

interface Tally {
  kernel: string;
  variant: string;
  calls: number;
  milliseconds: number;
  flops: number;
  bytes: number;
}

/** A device whose memory the host can see and whose flush is done when it returns. */
export class HostDevice implements Device {
  readonly description: DeviceDescription;
  readonly limits: DeviceLimits;
  readonly #backend: HostBackend;
  readonly #recorder: Recorder;
  readonly #live = new Set<DeviceBuffer>();
  readonly #freed: DeviceBuffer[] = [];
  #recorded = 0;
  #flushPlanned = false;
  #fault: DeviceError | null = null;
  #profile: Map<string, Tally> | null = null;
  #onRun: ((run: ProfiledRun) => void) | undefined;
  #holdersAtPeak: readonly Holder[] = [];
  #destroyed = false;

  constructor(backend: HostBackend) {
    this.#backend = backend;
    this.description = backend.description;
    this.limits = backend.limits;
    this.#recorder = new Recorder(backend.limits);
  }

  allocate(length: number, type: ElementType, label: string): DeviceBuffer {
    this.#checkOpen();
    const buffer = this.#recorder.buffer(length, type, label, false);
    this.#backend.reserve(buffer);
    this.#live.add(buffer);
    return buffer;
  }

  temporary(length: number, type: ElementType, label: string): DeviceBuffer {
    this.#checkOpen();
    return this.#recorder.buffer(length, type, label, true);
  }

  free(buffer: DeviceBuffer): void {
    if (buffer.temporary) {
      throw new TypeError(`Cannot free ${buffer.label}: a temporary ends with its recording`);
    }
    if (!this.#live.delete(buffer)) {
      throw new TypeError(`Cannot free ${buffer.label}: it has been freed, or is another device's`);
    }
    this.#recorder.retire(buffer);
    if (this.#recorded > 0) this.#freed.push(buffer);
    else this.#backend.release(buffer);
  }

  write(view: View, data: HostArray): void {
    this.#checkOpen();
    this.#recorder.write(view, data);
    this.#recorded++;
  }

  run(kernel: Kernel, run: Run): void {
    this.#checkOpen();
    this.#recorder.run(kernel, run);
    this.#recorded++;
  }

  async read(view: View): Promise<HostArray> {
    this.#checkOpen();
    const contents = this.#recorder.read(view);
    this.#recorded++;
    if (!this.#flushPlanned) {
      this.#flushPlanned = true;
      queueMicrotask(() => this.flush());
    }
    return await contents;
  }

  flush(): void {
    this.#flushPlanned = false;
    if (this.#recorded === 0) return;
    this.#recorded = 0;
    const recording = this.#recorder.take();
    const { peakBytes } = this.#backend.memory();
    try {
      this.#backend.prepare(recording.slots);
    } catch (error) {
      this.#fail(error, "Cannot find memory for temporaries");
    }
    if (this.#backend.memory().peakBytes > peakBytes) {
      const persistent = [...this.#live].map(({ label, length }) => ({ label, bytes: 4 * length }));
      this.#holdersAtPeak = [...persistent, ...temporariesAtPeak(recording)]
        .sort((a, b) => b.bytes - a.bytes);
    }
    for (const command of recording.commands) this.#carryOut(command);
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
    this.#profile = new Map();
    this.#onRun = onRun;
  }

  endProfile(): Promise<readonly KernelProfile[]> {
    this.flush();
    const tallies = [...this.#profile?.values() ?? []];
    this.#profile = null;
    return Promise.resolve(tallies.sort((a, b) => b.milliseconds - a.milliseconds));
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.flush();
    this.#destroyed = true;
    await this.#backend.close();
  }

  #carryOut(command: Command): void {
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
    const { kernel, uniforms, structural } = command;
    const start = performance.now();
    const variant = this.#backend.execute(command);
    const milliseconds = performance.now() - start;
    const key = `${kernel.name} ${variant}`;
    let tally = this.#profile.get(key);
    if (tally === undefined) {
      tally = { kernel: kernel.name, variant, calls: 0, milliseconds: 0, flops: 0, bytes: 0 };
      this.#profile.set(key, tally);
    }
    const work = kernel.work(uniforms, structural);
    tally.calls++;
    tally.milliseconds += milliseconds;
    tally.flops += work.flops;
    tally.bytes += work.bytes;
    this.#onRun?.({ kernel: kernel.name, variant, start, milliseconds, ...work });
  }

  #fail(error: unknown, action: string): void {
    this.#fault ??= error instanceof DeviceError ? error : new DeviceError(
      `${action}: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }

  #checkOpen(): void {
    if (this.#destroyed) throw new DeviceError("Cannot use a device after it was destroyed");
  }
}
