/**
 * The WebGPU device. It records commands, and encodes and submits them at a flush.
 *
 * @module
 */
import {
  type ElementType,
  type Kernel,
  sharesHostMemory,
  type Structural,
  type Uniforms,
} from "../../../kernels/mod.ts";
import type {
  Device,
  DeviceBuffer,
  DeviceDescription,
  DeviceLimits,
  Holder,
  HostArray,
  KernelProfile,
  MemoryUse,
  ProfiledRun,
  Run,
  View,
} from "../device.ts";
import { fitsHostMemory } from "../host_memory.ts";
import { Recorder, type Recording } from "../recording.ts";
import type { Signature } from "../signature.ts";
import { temporariesAtPeak } from "../slots.ts";
import type { GpuAccess } from "./adapter.ts";
import type { Restrictions } from "./adapter_facts.ts";
import { BufferPool } from "./buffer_pool.ts";
import { checkPlan, chooseVariant, type VariantOf } from "./choose.ts";
import { Encoder, type Plan } from "./encoder.ts";
import { Faults } from "./faults.ts";
import { OperandTextures } from "./operand_textures.ts";
import { Pipelines } from "./pipelines.ts";
import { createProfiler } from "./profiler.ts";
import { Readback } from "./readback.ts";
import { UniformBlock } from "./uniform_block.ts";

/** Options of {@linkcode openWebGpuDevice}. */
export interface WebGpuOptions {
  /** Selects variants in place of the device. Runs of the same sizes may reuse its choice while `choiceVersion` returns the same number. */
  readonly variantOf?: VariantOf;
  /** Changes when `variantOf` may select other variants. Without it, `variantOf` is called for every run. */
  readonly choiceVersion?: () => number;
  /** Maximum memory for texture copies of persistent buffers between recordings, in bytes. Default: 1 GiB. */
  readonly textureBytes?: number;
  /** Limits below the adapter's own. Default: none. */
  readonly restrictions?: Restrictions;
}

/** Sizes of the caches of a device, which must not grow from step to step. */
export interface CacheSizes {
  /** Number of bind groups. */
  readonly bindGroups: number;
  /** Number of compiled pipelines. */
  readonly pipelines: number;
  /** Number of operand textures, in use or free. */
  readonly textures: number;
}

/** A device on an open adapter. */
export class WebGpuDevice implements Device {
  readonly description: DeviceDescription;
  readonly limits: DeviceLimits;
  /** The open adapter. */
  readonly access: GpuAccess;
  readonly #options: WebGpuOptions;
  readonly #recorder: Recorder<Plan>;
  readonly #faults: Faults;
  readonly #pool: BufferPool;
  readonly #textures: OperandTextures;
  readonly #pipelines: Pipelines;
  readonly #uniforms: UniformBlock;
  readonly #readback: Readback;
  readonly #encoder: Encoder;
  readonly #freed: DeviceBuffer[] = [];
  #holdersAtPeak: readonly Holder[] = [];

  /** Takes ownership of an open adapter. */
  constructor(access: GpuAccess, options: WebGpuOptions = {}) {
    const { gpu, limits, capabilities } = access;
    this.access = access;
    this.#options = options;
    this.description = access.description;
    this.limits = limits;
    this.#recorder = new Recorder(limits, {
      flush: () => this.flush(),
      check: () => this.#faults.check(),
      plan: this.#plan.bind(this),
      planVersion: options.choiceVersion ?? (options.variantOf && counter()),
    });
    this.#faults = new Faults(gpu);
    this.#pool = new BufferPool(gpu, limits, this.#faults);
    this.#textures = new OperandTextures(
      this.#pool,
      capabilities.maxTextureSide,
      options.textureBytes ?? 2 ** 30,
    );
    this.#pipelines = new Pipelines(gpu, capabilities, this.#faults);
    this.#uniforms = new UniformBlock(this.#pool);
    this.#readback = new Readback(this.#pool, this.#faults);
    this.#encoder = new Encoder({
      gpu,
      pool: this.#pool,
      textures: this.#textures,
      uniforms: this.#uniforms,
      readback: this.#readback,
    });
  }

  allocate(length: number, type: ElementType, label: string): DeviceBuffer {
    const buffer = this.#recorder.buffer(length, type, label, false);
    this.#pool.allocate(buffer);
    return buffer;
  }

  temporary(length: number, type: ElementType, label: string): DeviceBuffer {
    return this.#recorder.buffer(length, type, label, true);
  }

  free(buffer: DeviceBuffer): void {
    this.#recorder.free(buffer);
    this.#freed.push(buffer);
    if (this.#recorder.empty) this.#releaseFreed();
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
    try {
      this.#faults.check();
      this.#faults.encoded(lastKernels(recording));
      const peak = this.#pool.memory().peakBytes;
      this.#encoder.submit(recording);
      if (this.#pool.memory().peakBytes > peak) this.#notePeak(recording);
    } catch (error) {
      this.#faults.report(`Cannot execute the recording: ${(error as Error).message}`);
      for (const command of recording.commands) {
        if (command.type === "read") command.reject(this.#faults.first);
      }
    }
    this.#releaseFreed();
  }

  async settled(): Promise<void> {
    if (this.#faults.first === null) {
      await this.access.gpu.queue.onSubmittedWorkDone();
      await this.#readback.settled();
    }
    await this.#faults.answered();
    const fault = this.#faults.take();
    if (fault !== null) throw fault;
  }

  memory(): MemoryUse {
    return this.#pool.memory();
  }

  async canHold(bytes: number): Promise<boolean> {
    const { gpu, capabilities } = this.access;
    if (sharesHostMemory(capabilities) && !fitsHostMemory(bytes)) return false;
    return capabilities.cpuAdapter || await tryMemory(gpu, bytes, this.limits.maxBufferBytes);
  }

  /** Buffers, operand textures and uniforms. */
  holdersAtPeak(): readonly Holder[] {
    return this.#holdersAtPeak;
  }

  /** Sizes of the caches. */
  caches(): CacheSizes {
    return {
      bindGroups: this.#encoder.bindGroupCount,
      pipelines: this.#pipelines.count,
      textures: this.#textures.count,
    };
  }

  startProfile(onRun?: (run: ProfiledRun) => void): void {
    this.flush();
    const { gpu, timestamps } = this.access;
    this.#encoder.profiler = createProfiler(gpu, this.#faults, timestamps, onRun);
  }

  async endProfile(): Promise<readonly KernelProfile[]> {
    this.flush();
    const profile = this.#encoder.profiler?.end() ?? [];
    this.#encoder.profiler = null;
    return await profile;
  }

  async destroy(): Promise<void> {
    if (this.#faults.closed) return;
    this.flush();
    this.#faults.closing();
    await this.#readback.settled();
    await this.#faults.answered();
    // Some drivers hang if a device is destroyed while it works.
    await this.access.gpu.queue.onSubmittedWorkDone();
    this.#readback.destroy();
    this.#textures.destroy();
    this.#uniforms.destroy();
    this.#pool.destroy();
    this.access.gpu.destroy();
    await this.access.gpu.lost;
  }

  /** Destroys the device at the end of the scope of `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.destroy();
  }

  #plan(kernel: Kernel, structural: Structural, uniforms: Uniforms, signature: Signature): Plan {
    const { capabilities } = this.access;
    const context = { structural, uniforms, capabilities };
    const variant = chooseVariant(kernel, context, this.#options.variantOf);
    const textures = variant.textures?.(context);
    const workgroups = variant.workgroups(context);
    checkPlan(kernel, variant, workgroups, textures, capabilities);
    const pipeline = this.#pipelines.get(kernel, variant, structural, signature, textures);
    return { variant, pipeline, workgroups, textures };
  }

  #notePeak(recording: Recording<Plan>): void {
    const textures = { label: "operand textures", bytes: this.#textures.bytes };
    const uniforms = { label: "uniforms", bytes: this.#uniforms.bytes };
    this.#holdersAtPeak = [
      ...this.#pool.holders(),
      ...temporariesAtPeak(recording),
      textures,
      uniforms,
    ].sort((a, b) => b.bytes - a.bytes);
  }

  #releaseFreed(): void {
    for (const buffer of this.#freed.splice(0)) this.#textures.forget(this.#pool.free(buffer));
  }
}

/** Returns another number at each call. */
function counter(): () => number {
  let count = 0;
  return () => ++count;
}

function lastKernels({ commands }: Recording<Plan>): string[] {
  const names: string[] = [];
  for (let i = commands.length - 1; i >= 0 && names.length < 3; i--) {
    const command = commands[i];
    if (command.type === "run") names.unshift(command.plan.pipeline.label);
  }
  return names;
}

/** Whether buffers of `bytes` bytes in total can be created now. WebGPU does not report free memory, so this creates and destroys them. */
async function tryMemory(gpu: GPUDevice, bytes: number, maxBufferBytes: number): Promise<boolean> {
  const buffers: GPUBuffer[] = [];
  let fits = true;
  for (let left = bytes; fits && left > 0; left -= maxBufferBytes) {
    const size = Math.ceil(Math.min(left, maxBufferBytes) / 4) * 4;
    gpu.pushErrorScope("out-of-memory");
    buffers.push(gpu.createBuffer({ size, usage: GPUBufferUsage.STORAGE, label: "trial" }));
    fits = await gpu.popErrorScope() === null;
  }
  for (const buffer of buffers) buffer.destroy();
  return fits;
}
