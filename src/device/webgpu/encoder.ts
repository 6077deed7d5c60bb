/**
 * Encodes a recording into submissions, with as few compute passes as its copies allow and one upload for the uniforms of all runs.
 *
 * @module
 */
import { elementBytes, type TextureOperand, type Variant } from "../../../kernels/mod.ts";
import { type DeviceBuffer, type View, VIEW_ALIGNMENT } from "../device.ts";
import type { ReadCommand, Recording, RunCommand, WriteCommand } from "../recording.ts";
import type { BufferPool, Physical } from "./buffer_pool.ts";
import { lastTextureUses, type OperandTextures, type Staged } from "./operand_textures.ts";
import type { Pipeline } from "./pipelines.ts";
import type { Profiler } from "./profiler.ts";
import type { Readback } from "./readback.ts";
import type { UniformBlock } from "./uniform_block.ts";

/** How to execute a run. Planned while it is recorded. */
export interface Plan {
  readonly variant: Variant;
  readonly pipeline: Pipeline;
  readonly workgroups: readonly [number, number, number];
  readonly textures: Readonly<Record<string, TextureOperand>> | undefined;
}

/** The parts of a device that the encoder uses. */
export interface EncoderParts {
  readonly gpu: GPUDevice;
  readonly pool: BufferPool;
  readonly textures: OperandTextures;
  readonly uniforms: UniformBlock;
  readonly readback: Readback;
}

/** Number of runs after which a submission is sent, so that the adapter works while the rest is encoded. */
const RUNS_PER_SUBMISSION = 512;

/** Encodes and submits recordings, one at a time. */
export class Encoder {
  readonly #parts: EncoderParts;
  readonly #bindGroups = new BindGroups();
  /** Set while profiling. */
  profiler: Profiler | null = null;
  #commands: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #pipeline: Pipeline | null = null;
  #runs = 0;
  /** Number of the current submission. The host cannot write a buffer that it uses before it is sent. */
  #submission = 0;
  /** Memory of the recording's temporaries, by their id minus that of the first. */
  #memory: Physical[] = [];
  #firstTemporary = 0;
  /** Offset of each run's uniforms in the uniform block, in bytes. */
  #uniformOffsets = new Uint32Array(1024);
  /** Memory and length of each binding of a run; reused by the next one. */
  readonly #physicals: Physical[] = [];
  readonly #sizes: number[] = [];

  constructor(parts: EncoderParts) {
    this.#parts = parts;
  }

  /** Number of bind groups that are kept. */
  get bindGroupCount(): number {
    return this.#bindGroups.count;
  }

  /** Encodes and submits a recording. If that fails, nothing of it is left for the next one. */
  submit(recording: Recording<Plan>): void {
    try {
      this.#encode(recording);
    } catch (error) {
      this.#abandon();
      throw error;
    } finally {
      this.#memory = [];
    }
    this.#parts.readback.start();
  }

  /** Discards commands that are encoded but not submitted. */
  #abandon(): void {
    const { uniforms, readback, textures } = this.#parts;
    this.#commands = this.#pass = this.profiler = null;
    this.#runs = 0;
    this.#submission++;
    uniforms.clear();
    readback.clear();
    textures.forgetAll();
    this.#memory.forEach((physical) => textures.forget(physical));
  }

  #encode(recording: Recording<Plan>): void {
    const { pool, textures } = this.#parts;
    pool.begin();
    textures.begin();
    this.#firstTemporary = Infinity;
    for (const { id } of recording.slots.keys()) {
      this.#firstTemporary = Math.min(this.#firstTemporary, id);
    }
    for (const [buffer, slot] of recording.slots) {
      this.#memory[buffer.id - this.#firstTemporary] = pool.slot(slot, buffer.label);
    }
    const block = this.#uploadUniforms(recording);
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
          this.#run(command, block, run, textureEnds[run]);
          run++;
        }
      }
      const dying = recording.dying.get(index);
      if (dying === undefined) return;
      for (const buffer of dying) textures.forget(this.#memoryOf(buffer));
    });
    encodeReads();
    this.#submit();
  }

  #uploadUniforms({ commands }: Recording<Plan>): Physical {
    const { uniforms } = this.#parts;
    if (this.#uniformOffsets.length < commands.length) {
      this.#uniformOffsets = new Uint32Array(2 * commands.length);
    }
    let run = 0;
    for (const command of commands) {
      if (command.type !== "run") continue;
      const { uniformBytes } = command.plan.pipeline;
      this.#uniformOffsets[run++] = uniforms.add(command.signature, command.uniforms, uniformBytes);
    }
    return uniforms.upload();
  }

  #memoryOf(buffer: DeviceBuffer): Physical {
    return buffer.temporary
      ? this.#memory[buffer.id - this.#firstTemporary]
      : this.#parts.pool.persistent(buffer);
  }

  /** Host writes take effect before everything that is not yet submitted. */
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
    run: number,
    textureEnds: readonly string[] | undefined,
  ): void {
    const { plan, signature, views, lengths } = command;
    const { pipeline, workgroups } = plan;
    const staged = plan.textures === undefined ? null : this.#stage(command, plan.textures);
    const physicals = this.#physicals, sizes = this.#sizes;
    const bindGroups = this.#bindGroups;
    bindGroups.begin(pipeline.id, block.id);
    for (let i = 0; i < views.length; i++) {
      const texture = staged?.[i];
      if (texture !== undefined) {
        bindGroups.add(-texture.id, 0, 0);
        continue;
      }
      const physical = physicals[i] = this.#memoryOf(views[i].buffer);
      physical.touched = this.#submission;
      sizes[i] = boundLength(views[i], lengths[i]);
      bindGroups.add(physical.id, views[i].offset, sizes[i]);
    }
    const group = bindGroups.find() ??
      bindGroups.keep(this.#createBindGroup(command, block, physicals, sizes, staged));
    const pass = this.#passFor(command);
    if (this.#pipeline !== pipeline) pass.setPipeline(pipeline.gpu);
    this.#pipeline = pipeline;
    pass.setBindGroup(0, group, this.#uniformOffsets, run, 1);
    pass.dispatchWorkgroups(workgroups[0], workgroups[1], workgroups[2]);
    for (let i = 0; i < views.length; i++) {
      if (!signature.writes[i] || physicals[i].staged.length === 0) continue;
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

  /** Finds or creates the texture of each binding that is read as a texture. */
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
      return textures.copy(this.#commandEncoder(), source, begin, operand, !buffer.temporary);
    });
  }

  #createBindGroup(
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
    this.#parts.readback.encode(this.#commandEncoder(), reads, ({ view }) => {
      const physical = this.#memoryOf(view.buffer);
      physical.touched = this.#submission;
      return physical;
    });
  }

  /** The current pass, or a new one. */
  #passFor(command: RunCommand<Plan>): GPUComputePassEncoder {
    if (this.#pass === null) {
      const encoder = this.#commandEncoder();
      this.#pass = encoder.beginComputePass(this.profiler?.pass(command) ?? PASS);
      this.#pipeline = null;
    }
    return this.#pass;
  }

  /** The command encoder, outside of passes. */
  #commandEncoder(): GPUCommandEncoder {
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
 * Number of elements to bind: `length`, rounded up to the alignment of views if the view is long enough (otherwise, a log that fills
 * up slot by slot would need a new bind group every time), and to a multiple of 4 at its end.
 */
function boundLength(view: View, length: number): number {
  const rounded = Math.ceil(length / VIEW_ALIGNMENT) * VIEW_ALIGNMENT;
  return Math.min(rounded, Math.ceil(view.length / 4) * 4);
}

/** A range to bind. For an empty view, it is the first bytes of the buffer, because WebGPU has no empty bindings. */
function range({ gpu, bytes }: Physical, offset: number, length: number): GPUBufferBinding {
  if (length === 0) return { buffer: gpu, offset: 0, size: Math.min(16, bytes) };
  return { buffer: gpu, offset: offset * 4, size: length * 4 };
}

/** Maximum number of bind groups in a generation. */
const GENERATION = 8_192;

/** A bind group, and what it binds. */
interface KnownGroup {
  readonly key: readonly number[];
  readonly group: GPUBindGroup;
}

/**
 * A cache of bind groups by what they bind: the ids of pipeline and uniform block, then id, offset and length of each binding. Equal steps bind equal memory, so no
 * new ones are created after the first step. It keeps two generations: groups that are not used during a whole generation are dropped.
 */
class BindGroups {
  #young = new Map<number, KnownGroup[]>();
  #old = new Map<number, KnownGroup[]>();
  #youngCount = 0;
  #oldCount = 0;
  /** The key that is being looked up, and its hash. */
  #key: number[] = [];
  #length = 0;
  #hash = 0;

  get count(): number {
    return this.#youngCount + this.#oldCount;
  }

  /** Starts a key. */
  begin(pipeline: number, block: number): void {
    this.#key[0] = pipeline;
    this.#key[1] = block;
    this.#length = 2;
    this.#hash = mix(pipeline, block);
  }

  /** Adds a binding to the key. */
  add(id: number, offset: number, length: number): void {
    const key = this.#key;
    key[this.#length++] = id;
    key[this.#length++] = offset;
    key[this.#length++] = length;
    this.#hash = mix(mix(mix(this.#hash, id), offset), length);
  }

  /** Returns the group of the key, or undefined. */
  find(): GPUBindGroup | undefined {
    const young = this.#in(this.#young);
    if (young !== undefined) return young;
    const old = this.#in(this.#old);
    return old && this.keep(old);
  }

  /** Stores a group under the key. */
  keep(group: GPUBindGroup): GPUBindGroup {
    if (this.#youngCount >= GENERATION) {
      this.#old = this.#young;
      this.#oldCount = this.#youngCount;
      this.#young = new Map();
      this.#youngCount = 0;
    }
    const known = { key: this.#key.slice(0, this.#length), group };
    const others = this.#young.get(this.#hash);
    if (others === undefined) this.#young.set(this.#hash, [known]);
    else others.push(known);
    this.#youngCount++;
    return group;
  }

  #in(groups: ReadonlyMap<number, readonly KnownGroup[]>): GPUBindGroup | undefined {
    const candidates = groups.get(this.#hash);
    if (candidates === undefined) return undefined;
    const length = this.#length;
    search: for (const { key, group } of candidates) {
      if (key.length !== length) continue;
      for (let i = 0; i < length; i++) if (key[i] !== this.#key[i]) continue search;
      return group;
    }
    return undefined;
  }
}

/** Mixes a number into a hash of 30 bits, which engines store without allocating. */
function mix(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, 0x9e3779b1);
  return (product ^ (product >>> 15)) & 0x3fff_ffff;
}
