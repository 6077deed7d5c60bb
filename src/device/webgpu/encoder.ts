/**
 * Turns a recording into submissions: as few compute passes as its copies allow, every run's uniforms in one upload.
 *
 * @module
 */
import { elementBytes, type TextureOperand, type Variant } from "../../../kernels/mod.ts";
import { type DeviceBuffer, type View, VIEW_ALIGNMENT } from "../device.ts";
import type { ReadCommand, Recording, RunCommand, WriteCommand } from "../recording.ts";
import type { BindGroups } from "./bind_groups.ts";
import type { BufferPool, Physical } from "./buffer_pool.ts";
import type { OperandTextures, Staged } from "./operand_textures.ts";
import type { Pipeline } from "./pipelines.ts";
import type { Profiler } from "./profiler.ts";
import type { Readback } from "./readback.ts";
import { lastTextureUses } from "./texture_uses.ts";
import type { UniformBlock } from "./uniform_block.ts";

/** How a run will be done, settled while it is recorded. */
export interface Plan {
  readonly variant: Variant;
  readonly pipeline: Pipeline;
  readonly workgroups: readonly [number, number, number];
  readonly textures: Readonly<Record<string, TextureOperand>> | undefined;
}

/** What the encoder works with. */
export interface EncoderParts {
  readonly gpu: GPUDevice;
  readonly pool: BufferPool;
  readonly textures: OperandTextures;
  readonly bindGroups: BindGroups;
  readonly uniforms: UniformBlock;
  readonly readback: Readback;
}

/** A submission is sent after so many runs, so that the adapter works while the rest is encoded. */
const RUNS_PER_SUBMISSION = 512;

/** Encodes recordings, one at a time. */
export class Encoder {
  readonly #parts: EncoderParts;
  /** Set while runs are timed. */
  profiler: Profiler | null = null;
  #commands: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #pipeline: Pipeline | null = null;
  #runs = 0;
  /** Number of the submission being encoded: a buffer touched in it cannot be written by the host before it is sent. */
  #submission = 0;
  #memory = new Map<DeviceBuffer, Physical>();

  constructor(parts: EncoderParts) {
    this.#parts = parts;
  }

  /** Encodes and submits a whole recording. */
  carryOut(recording: Recording<Plan>): void {
    const { pool, textures, uniforms, readback } = this.#parts;
    pool.begin();
    textures.begin();
    this.#memory = new Map();
    for (const [buffer, slot] of recording.slots) {
      this.#memory.set(buffer, pool.slot(slot, buffer.label));
    }
    const offsets: number[] = [];
    for (const command of recording.commands) {
      if (command.type !== "run") continue;
      const { uniformBytes } = command.plan.pipeline;
      offsets.push(uniforms.add(command.kernel, command.uniforms, uniformBytes));
    }
    const block = uniforms.upload();
    const textureEnds = lastTextureUses(recording.commands);
    let run = 0;
    let reads: ReadCommand[] = [];
    const encodeReads = () => {
      if (reads.length > 0) this.#encodeReads(reads);
      reads = [];
    };
    recording.commands.forEach((command, index) => {
      if (command.type === "read") reads.push(command);
      else {
        encodeReads();
        if (command.type === "write") this.#write(command);
        else {
          this.#run(command, block, offsets[run], textureEnds[run]);
          run++;
        }
      }
      const dying = recording.dying.get(index);
      if (dying === undefined) return;
      for (const buffer of dying) textures.forget(this.#memory.get(buffer)!);
    });
    encodeReads();
    this.#submit();
    this.#memory.clear();
    readback.start();
  }

  #memoryOf(buffer: DeviceBuffer): Physical {
    return buffer.temporary ? this.#memory.get(buffer)! : this.#parts.pool.persistent(buffer);
  }

  /** The queue does host writes at once, so before everything not yet submitted. */
  #write({ view, data }: WriteCommand): void {
    const { gpu, textures } = this.#parts;
    const physical = this.#memoryOf(view.buffer);
    if (physical.touched === this.#submission) this.#submit();
    const begin = view.offset * 4;
    textures.written(physical, begin, begin + data.byteLength);
    gpu.queue.writeBuffer(physical.gpu, begin, data as Float32Array<ArrayBuffer>);
  }

  #run(
    command: RunCommand<Plan>,
    block: Physical,
    uniformOffset: number,
    textureEnds: readonly string[] | undefined,
  ): void {
    const { plan, signature, views, lengths } = command;
    const { pipeline, workgroups } = plan;
    const staged = plan.textures === undefined ? null : this.#stage(command, plan.textures);
    const physicals: Physical[] = new Array(views.length);
    const sizes: number[] = new Array(views.length);
    let key = `${pipeline.id} ${block.id}`;
    for (let i = 0; i < views.length; i++) {
      const texture = staged?.[i];
      if (texture !== undefined) {
        key += ` t${texture.id}`;
        continue;
      }
      const physical = physicals[i] = this.#memoryOf(views[i].buffer);
      physical.touched = this.#submission;
      sizes[i] = boundLength(views[i], lengths[i]);
      key += ` ${physical.id}:${views[i].offset}:${sizes[i]}`;
    }
    const group = this.#parts.bindGroups.get(
      key,
      () => this.#bind(command, block, physicals, sizes, staged),
    );
    const pass = this.#passFor(command);
    if (this.#pipeline !== pipeline) pass.setPipeline(pipeline.gpu);
    this.#pipeline = pipeline;
    pass.setBindGroup(0, group, [uniformOffset]);
    pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    for (let i = 0; i < views.length; i++) {
      if (!signature.writes[i]) continue;
      const begin = views[i].offset * 4;
      this.#parts.textures.written(physicals[i], begin, begin + sizes[i] * 4);
    }
    for (const name of textureEnds ?? []) {
      const texture = staged?.[signature.names.indexOf(name)];
      if (texture !== undefined) this.#parts.textures.release(texture);
    }
    this.#runs++;
    if (this.profiler !== null) this.#endPass();
    if (this.#runs >= (this.profiler?.capacity ?? RUNS_PER_SUBMISSION)) this.#submit();
  }

  /** Finds or makes the texture of each binding that is read as one. */
  #stage(
    { names, views }: RunCommand<Plan>,
    operands: Readonly<Record<string, TextureOperand>>,
  ): (Staged | undefined)[] {
    const { textures } = this.#parts;
    return names.map((name, i) => {
      const operand = operands[name];
      if (operand === undefined) return undefined;
      const { buffer, offset } = views[i];
      const source = this.#memoryOf(buffer);
      const begin = offset * 4 + operand.offset * elementBytes(operand.format);
      const known = textures.find(source, begin, operand);
      if (known !== null) return known;
      source.touched = this.#submission;
      return textures.copy(this.#copying(), source, begin, operand, !buffer.temporary);
    });
  }

  #bind(
    { plan: { pipeline }, views }: RunCommand<Plan>,
    block: Physical,
    physicals: readonly Physical[],
    sizes: readonly number[],
    staged: readonly (Staged | undefined)[] | null,
  ): GPUBindGroup {
    return this.#parts.gpu.createBindGroup({
      label: pipeline.label,
      layout: pipeline.layout,
      entries: [
        { binding: 0, resource: { buffer: block.gpu, offset: 0, size: pipeline.uniformBytes } },
        ...views.map((view, i): GPUBindGroupEntry => {
          const texture = staged?.[i];
          if (texture !== undefined) return { binding: i + 1, resource: texture.view };
          return { binding: i + 1, resource: range(physicals[i], view.offset, sizes[i]) };
        }),
      ],
    });
  }

  #encodeReads(reads: readonly ReadCommand[]): void {
    this.#parts.readback.encode(this.#copying(), reads, ({ view }) => {
      const physical = this.#memoryOf(view.buffer);
      physical.touched = this.#submission;
      return physical;
    });
  }

  /** The open pass, or a new one. */
  #passFor(command: RunCommand<Plan>): GPUComputePassEncoder {
    if (this.#pass === null) {
      const encoder = this.#copying();
      this.#pass = encoder.beginComputePass(this.profiler?.pass(command) ?? PASS);
      this.#pipeline = null;
    }
    return this.#pass;
  }

  /** The command encoder, outside any pass. */
  #copying(): GPUCommandEncoder {
    this.#endPass();
    return this.#commands ??= this.#parts.gpu.createCommandEncoder();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
  }

  #submit(): void {
    this.#endPass();
    const commands = this.#commands;
    this.#commands = null;
    this.#submission++;
    this.#runs = 0;
    if (commands === null) return;
    this.profiler?.resolve(commands);
    this.#parts.gpu.queue.submit([commands.finish()]);
    this.profiler?.submitted();
  }
}

const PASS: GPUComputePassDescriptor = {};

/**
 * Elements that a binding shows: what the shape rule says, rounded up to the granularity of views where the view goes on (a log that fills up slot
 * by slot would otherwise be bound anew every time), and to a whole vec4 where it ends.
 */
function boundLength(view: View, length: number): number {
  const rounded = Math.ceil(length / VIEW_ALIGNMENT) * VIEW_ALIGNMENT;
  return Math.min(rounded, Math.ceil(view.length / 4) * 4);
}

/** An empty binding shows the first bytes of its buffer, since WebGPU binds none. */
function range({ gpu, bytes }: Physical, offset: number, length: number): GPUBufferBinding {
  if (length === 0) return { buffer: gpu, offset: 0, size: Math.min(16, bytes) };
  return { buffer: gpu, offset: offset * 4, size: length * 4 };
}
