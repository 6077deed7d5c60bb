/**
 * The device interface: where buffers are allocated and kernels run. Code above this folder does not depend on the kind of device.
 *
 * Work is **recorded**, and executed by {@linkcode Device.flush}. Because a whole micro-step is known before it starts, the memory of
 * a temporary buffer is reused after its last use without an explicit call, and equal steps use equal memory.
 *
 * @module
 */
import type { ElementType, Kernel, Structural, Uniforms } from "../../kernels/mod.ts";

/** A typed array that is copied between host and device. */
export type HostArray = Float32Array | Uint32Array;

/** A buffer on a device, from {@linkcode Device.allocate} or {@linkcode Device.temporary}. */
export interface DeviceBuffer {
  /** Unique among the buffers of the device. */
  readonly id: number;
  /** Name in errors and memory reports. */
  readonly label: string;
  /** Element type. */
  readonly type: ElementType;
  /** Number of elements, 4 bytes each. */
  readonly length: number;
  /** Whether the buffer ends with the recording that it was created in. */
  readonly temporary: boolean;
}

/** A range of a buffer, in elements. */
export interface View {
  /** The buffer. */
  readonly buffer: DeviceBuffer;
  /** First element, a multiple of {@linkcode VIEW_ALIGNMENT}. */
  readonly offset: number;
  /** Number of elements. */
  readonly length: number;
}

/** Alignment of views, in elements (256 bytes). */
export const VIEW_ALIGNMENT = 64;

/** The arguments of one run of a kernel. */
export interface Run {
  /** A view for each binding that exists. */
  readonly bindings: Readonly<Record<string, View>>;
  /** A value for each uniform. */
  readonly uniforms: Uniforms;
  /** A value for each structural parameter. */
  readonly structural?: Structural;
}

/** Limits of a device. */
export interface DeviceLimits {
  /** Largest buffer, in bytes. */
  readonly maxBufferBytes: number;
  /** Largest binding, in bytes. */
  readonly maxBindingBytes: number;
  /**
   * Number of workgroups with 64 × 64 results each that keep the device busy. Matmuls with fewer than half of it may divide their sums.
   * Default: 0, no sum is divided.
   */
  readonly fillingWorkgroups?: number;
}

/** Memory in use, in bytes. */
export interface MemoryUse {
  /** Memory of allocated buffers. */
  readonly persistentBytes: number;
  /** Memory of the pool for temporaries. */
  readonly temporaryBytes: number;
  /** Largest sum so far, including operand textures. */
  readonly peakBytes: number;
  /** Number of allocations, both kinds. */
  readonly buffers: number;
}

/** Time and traffic of one kernel since profiling started. */
export interface KernelProfile {
  /** Name of the kernel. */
  readonly kernel: string;
  /** Name of the variant that ran. */
  readonly variant: string;
  /** Number of runs. */
  readonly calls: number;
  /** Total time. */
  readonly milliseconds: number;
  /** Total floating-point operations. */
  readonly flops: number;
  /** Total bytes read and written. */
  readonly bytes: number;
}

/** One profiled run of a kernel. */
export interface ProfiledRun {
  /** Name of the kernel. */
  readonly kernel: string;
  /** Name of the variant that ran. */
  readonly variant: string;
  /** Start in milliseconds on the device's clock, whose origin is arbitrary. */
  readonly start: number;
  /** Duration. */
  readonly milliseconds: number;
  /** Floating-point operations. */
  readonly flops: number;
  /** Minimum number of bytes read and written. */
  readonly bytes: number;
}

/** Memory of one buffer. */
export interface Holder {
  /** Label of the buffer. */
  readonly label: string;
  /** Size including padding, in bytes. */
  readonly bytes: number;
}

/** Describes a device, for run files and messages. */
export interface DeviceDescription {
  /** The implementation. */
  readonly kind: "webgpu" | "cpu";
  /** Adapter or processor, such as `llvmpipe (LLVM 15.0.6, 256 bits)` or `CPU, 8 threads, OpenBLAS 0.3.21`. */
  readonly adapter: string;
  /** Path of the BLAS library of a CPU device, with which the `blas` option opens it again; absent without one. */
  readonly blas?: string;
  /** Other properties that determine the bits of results, by name (numerics classes, driver, vector width). */
  readonly numerics: Readonly<Record<string, string>>;
}

/** A device. */
export interface Device extends AsyncDisposable {
  /** Description of the device. */
  readonly description: DeviceDescription;
  /** Limits of the device. */
  readonly limits: DeviceLimits;

  /**
   * Allocates a buffer that exists until {@linkcode Device.free}, filled with zeros.
   *
   * @throws {RangeError} if it exceeds `limits.maxBufferBytes`.
   * @throws {DeviceError} if there is not enough memory. A WebGPU device reports that later, as a fault.
   */
  allocate(length: number, type: ElementType, label: string): DeviceBuffer;

  /** Creates a buffer that exists until the current recording ends. Its contents are undefined until they are written. */
  temporary(length: number, type: ElementType, label: string): DeviceBuffer;

  /**
   * Frees an allocated buffer after the recorded commands have run.
   *
   * @throws {TypeError} if the buffer is temporary, already freed or of another device.
   */
  free(buffer: DeviceBuffer): void;

  /**
   * Records a copy from the host to the start of a view. The data is copied immediately, so the caller may change its array afterwards.
   *
   * @throws {RangeError} if the view is shorter than the data.
   * @throws {TypeError} if the array has another element type than the buffer, or the buffer is not usable.
   */
  write(view: View, data: HostArray): void;

  /**
   * Records a run of a kernel.
   *
   * @throws {RangeError} if a binding is shorter than the kernel requires or exceeds the binding limit.
   * @throws {TypeError} if a binding is missing, of another type, freed, of another device, or bound for both reading and writing.
   */
  run(kernel: Kernel, run: Run): void;

  /**
   * Records a read, ends the recording and resolves with the contents. Reads in the same turn of the event loop share one recording.
   *
   * @throws {DeviceError} if the device is lost, or an earlier run failed and {@linkcode Device.settled} has not reported it yet.
   */
  read(view: View): Promise<HostArray>;

  /** Ends the recording and starts executing it, without waiting for it. */
  flush(): void;

  /** Resolves when everything flushed so far is done. Rejects with the first fault since the last call. */
  settled(): Promise<void>;

  /** Memory in use. */
  memory(): MemoryUse;

  /** Whether buffers of `bytes` bytes in total fit the memory, those that exist now included. Must not be called while work is in progress. */
  canHold(bytes: number): Promise<boolean>;

  /** The buffers that existed when memory use was at its peak, largest first. */
  holdersAtPeak(): readonly Holder[];

  /**
   * Starts profiling, which is slower because each run is timed separately.
   *
   * @param onRun called for every run, in order, before {@linkcode Device.endProfile} resolves
   */
  startProfile(onRun?: (run: ProfiledRun) => void): void;

  /** Ends profiling. Returns times per kernel and variant, longest first. */
  endProfile(): Promise<readonly KernelProfile[]>;

  /** Waits for work in progress, then frees everything. `await using` does the same at the end of its scope. */
  destroy(): Promise<void>;
}

/** An error of the device: lost, out of memory, a shader that does not compile, an invalid dispatch. */
export class DeviceError extends Error {
  /** The name of the class. */
  override readonly name = "DeviceError";
}

/** The view of a whole buffer. */
export function whole(buffer: DeviceBuffer): View {
  return { buffer, offset: 0, length: buffer.length };
}

/** The arguments of {@linkcode Device.allocate}. */
export type Allocation = readonly [length: number, type: ElementType, label: string];

/**
 * Allocates several buffers, or none: if one does not fit, those before it are freed.
 *
 * @throws {RangeError} if a buffer exceeds `limits.maxBufferBytes`.
 * @throws {DeviceError} if there is not enough memory.
 */
export function allocateAll<const A extends readonly Allocation[]>(
  device: Device,
  allocations: A,
): { [I in keyof A]: DeviceBuffer } {
  const buffers: DeviceBuffer[] = [];
  try {
    for (const allocation of allocations) buffers.push(device.allocate(...allocation));
  } catch (error) {
    for (const buffer of buffers) device.free(buffer);
    throw error;
  }
  return buffers as { [I in keyof A]: DeviceBuffer };
}
