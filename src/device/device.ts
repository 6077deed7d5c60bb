/**
 * The device: where tensors live and kernels run. Everything above this folder is blind to which device it has.
 *
 * Work is **recorded** and carried out by {@linkcode Device.flush}. Because a whole micro-step is known before it starts, a temporary
 * buffer's memory is given back after its last use without anybody saying so, and the same step gets the same memory every time.
 *
 * @module
 */
import type { ElementType, Kernel, Structural, Uniforms } from "../../kernels/mod.ts";

/** A typed array that crosses the border between host and device. */
export type HostArray = Float32Array | Uint32Array;

/** Memory on a device. Made by {@linkcode Device.allocate} or {@linkcode Device.temporary}. */
export interface DeviceBuffer {
  /** Unlike that of any other buffer of the device. */
  readonly id: number;
  /** Named in errors and memory reports. */
  readonly label: string;
  /** Element type. */
  readonly type: ElementType;
  /** In elements of 4 bytes. */
  readonly length: number;
  /** Whether it dies at the end of the recording it was made in. */
  readonly temporary: boolean;
}

/** A range of a buffer, in elements. `offset` must be a multiple of 64 elements (256 bytes) to be bound. */
export interface View {
  /** Whose range. */
  readonly buffer: DeviceBuffer;
  /** First element. */
  readonly offset: number;
  /** Elements. */
  readonly length: number;
}

/** The alignment of a bound view, in elements. */
export const VIEW_ALIGNMENT = 64;

/** One run of a kernel. */
export interface Run {
  /** A view for each binding that exists. */
  readonly bindings: Readonly<Record<string, View>>;
  /** A value for each uniform. */
  readonly uniforms: Uniforms;
  /** A value for each structural parameter. */
  readonly structural?: Structural;
}

/** What a device may hold and bind. */
export interface DeviceLimits {
  /** Largest buffer, in bytes. */
  readonly maxBufferBytes: number;
  /** Largest range that one binding may show, in bytes. */
  readonly maxBindingBytes: number;
}

/** Memory in use, in bytes. */
export interface MemoryUse {
  /** In allocated buffers. */
  readonly persistentBytes: number;
  /** In the pool of temporaries. */
  readonly temporaryBytes: number;
  /** Largest sum so far, operand textures included. */
  readonly peakBytes: number;
  /** Pieces of memory, both kinds. */
  readonly buffers: number;
}

/** Time and traffic of one kernel since profiling began. */
export interface KernelProfile {
  /** Its name. */
  readonly kernel: string;
  /** Which variant ran. */
  readonly variant: string;
  /** Runs. */
  readonly calls: number;
  /** In all. */
  readonly milliseconds: number;
  /** In all. */
  readonly flops: number;
  /** Moved, in all. */
  readonly bytes: number;
}

/** One kernel run while a profile was taken. */
export interface ProfiledRun {
  /** Its kernel's name. */
  readonly kernel: string;
  /** Which variant ran. */
  readonly variant: string;
  /** Milliseconds by the device's own clock, which begins anywhere. */
  readonly start: number;
  /** How long it took. */
  readonly milliseconds: number;
  /** Floating-point operations. */
  readonly flops: number;
  /** Bytes moved at least. */
  readonly bytes: number;
}

/** Memory under one name. */
export interface Holder {
  /** The buffer's label. */
  readonly label: string;
  /** What it takes up, padding included. */
  readonly bytes: number;
}

/** Says what made a device, for run files and messages. */
export interface DeviceDescription {
  /** Which implementation. */
  readonly kind: "webgpu" | "cpu";
  /** Adapter or processor, as `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  readonly adapter: string;
  /** What else determines the bytes that it computes, by name (numerics classes, driver, vector width). */
  readonly numerics: Readonly<Record<string, string>>;
}

/** The device interface. */
export interface Device {
  /** What it is. */
  readonly description: DeviceDescription;
  /** What it can hold. */
  readonly limits: DeviceLimits;

  /**
   * Memory that lives until {@linkcode Device.free}, filled with zeros.
   *
   * @throws {RangeError} when it is over `limits.maxBufferBytes`, naming the label and the limit.
   */
  allocate(length: number, type: ElementType, label: string): DeviceBuffer;

  /** Memory for the current recording only; its contents are undefined until something writes them. */
  temporary(length: number, type: ElementType, label: string): DeviceBuffer;

  /** Gives persistent memory back once what is recorded has run. */
  free(buffer: DeviceBuffer): void;

  /** Records a copy from the host. The data is taken at once: the caller may change its array afterwards. */
  write(view: View, data: HostArray): void;

  /**
   * Records a run.
   *
   * @throws {RangeError} when a binding is shorter than the kernel's shape rule or over the binding limit.
   * @throws {TypeError} when a binding is missing, of another type, dead, or bound both for reading and writing.
   */
  run(kernel: Kernel, run: Run): void;

  /**
   * Records a read, ends the recording and resolves with the contents. Reads asked for in the same turn of the event
   * loop share one recording. Temporaries do not outlive it.
   *
   * @throws {DeviceError} when the device is lost or an earlier run failed.
   */
  read(view: View): Promise<HostArray>;

  /** Carries out what is recorded. Does not wait for it. */
  flush(): void;

  /** Resolves when everything flushed so far is done; rejects with the first fault since the last call. */
  settled(): Promise<void>;

  /** Memory in use. */
  memory(): MemoryUse;

  /** Whether so many bytes of buffers fit its memory, with what it holds now among them or soon gone. Asked while nothing is under way. */
  canHold(bytes: number): Promise<boolean>;

  /** Who held how much when the device held most, largest first. */
  holdersAtPeak(): readonly Holder[];

  /**
   * Starts collecting times per kernel (slower: each run is timed by itself).
   *
   * @param onRun told of every run, in their order, before {@linkcode Device.endProfile} resolves
   */
  startProfile(onRun?: (run: ProfiledRun) => void): void;

  /** Ends it. */
  endProfile(): Promise<readonly KernelProfile[]>;

  /** Frees everything. Waits for what is under way. */
  destroy(): Promise<void>;
}

/** A fault of the device itself: lost, out of memory, a shader that does not compile, an invalid dispatch. */
export class DeviceError extends Error {
  /** Told apart from other errors by this. */
  override readonly name = "DeviceError";
}

/** The whole of a buffer as a view. */
export function whole(buffer: DeviceBuffer): View {
  return { buffer, offset: 0, length: buffer.length };
}
