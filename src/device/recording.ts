/**
 * The recording, which all devices share: collects commands, checks them against the kernels' signatures and, once the recording is
 * complete, assigns a memory slot to each temporary buffer.
 *
 * @module
 */
import type { ElementType, Kernel, Structural, Uniforms } from "../../kernels/mod.ts";
import { type DeviceBuffer, type HostArray, type View, VIEW_ALIGNMENT } from "./device.ts";
import type { DeviceLimits, Run } from "./device.ts";
import { type Signature, signatureOf } from "./signature.ts";
import { assignSlots, type Slots } from "./slots.ts";

export type { Slot, Slots } from "./slots.ts";
export { persistentBytes, sizeClass } from "./slots.ts";

/** A run that passed the checks. `Plan` is what the device planned for it while it was recorded. */
export interface RunCommand<Plan = undefined> {
  readonly type: "run";
  readonly kernel: Kernel;
  readonly structural: Structural;
  readonly uniforms: Uniforms;
  readonly signature: Signature;
  /** Names of the existing bindings, in binding order. */
  readonly names: readonly string[];
  /** Views of the existing bindings. */
  readonly views: readonly View[];
  /** Number of elements of each view that the run may access: those that the kernel requires, or all if it does not specify. */
  readonly lengths: readonly number[];
  readonly plan: Plan;
}

/** A copy from the host. */
export interface WriteCommand {
  readonly type: "write";
  readonly view: View;
  readonly data: HostArray;
}

/** A copy to the host. */
export interface ReadCommand {
  readonly type: "read";
  readonly view: View;
  readonly resolve: (data: HostArray) => void;
  readonly reject: (reason: unknown) => void;
}

/** A recorded command. */
export type Command<Plan = undefined> = RunCommand<Plan> | WriteCommand | ReadCommand;

/** Plans a run while it is recorded, so that errors have the caller on the stack. */
export type Planner<Plan> = (
  kernel: Kernel,
  structural: Structural,
  uniforms: Uniforms,
  signature: Signature,
) => Plan;

/** What runs with the same signature and sizes share. */
interface Shape<Plan> {
  /** Values of {@linkcode Signature.sizes}. */
  readonly sizes: readonly number[];
  /** Number of elements that each binding requires; undefined if the kernel does not specify it. */
  readonly needed: readonly (number | undefined)[];
  readonly plan: Plan;
}

/** Maximum number of shapes that are kept for a signature. */
const MOST_SHAPES = 64;

/** A complete recording. */
export interface Recording<Plan = undefined> extends Slots {
  readonly commands: readonly Command<Plan>[];
}

class RecordedBuffer implements DeviceBuffer {
  /** Whether the recording of a temporary buffer has ended, or an allocated buffer was freed. */
  dead = false;
  constructor(
    /** The recorder of its device. */
    readonly owner: unknown,
    readonly id: number,
    readonly label: string,
    readonly type: ElementType,
    readonly length: number,
    readonly temporary: boolean,
  ) {}
}

const NO_STRUCTURE: Structural = {};

/** What a recorder calls of its device. */
export interface RecorderHooks<Plan> {
  /** Ends the recording and executes it. */
  flush(): void;
  /** Throws if the device is not usable. Called before anything is recorded or created. */
  check?(): void;
  /** Plans each run. It must depend on nothing but the signature and its sizes while {@linkcode RecorderHooks.planVersion} is the same. */
  readonly plan?: Planner<Plan>;
  /** Changes when runs must be planned again. */
  planVersion?(): number;
}

/** Collects the commands of successive recordings. */
export class Recorder<Plan = undefined> {
  #commands: Command<Plan>[] = [];
  #temporaries: RecordedBuffer[] = [];
  #nextId = 1;
  #flushPlanned = false;
  #shapes = new Map<Signature, Shape<Plan>[]>();
  #planVersion = 0;
  readonly #hooks: RecorderHooks<Plan>;

  constructor(readonly limits: DeviceLimits, hooks: RecorderHooks<Plan>) {
    this.#hooks = hooks;
  }

  /** Whether nothing is recorded. */
  get empty(): boolean {
    return this.#commands.length === 0;
  }

  /** Creates a buffer without memory, which the device provides. */
  buffer(length: number, type: ElementType, label: string, temporary: boolean): DeviceBuffer {
    this.#hooks.check?.();
    if (!Number.isInteger(length) || length < 0) {
      throw new RangeError(
        `Cannot allocate buffer "${label}": length must be a non-negative integer, got ${length}`,
      );
    }
    const { maxBufferBytes } = this.limits;
    if (length * 4 > maxBufferBytes) {
      throw new RangeError(
        `Cannot allocate buffer "${label}": ${
          length * 4
        } bytes exceed this device's limit of ${maxBufferBytes} bytes`,
      );
    }
    const buffer = new RecordedBuffer(this, this.#nextId++, label, type, length, temporary);
    if (temporary) this.#temporaries.push(buffer);
    return buffer;
  }

  /**
   * Marks an allocated buffer as freed.
   *
   * @throws {TypeError} if it is temporary, already freed or of another device.
   */
  free(buffer: DeviceBuffer): void {
    const { label, temporary, owner, dead } = buffer as RecordedBuffer;
    const reason = owner !== this
      ? "it belongs to another device"
      : temporary
      ? "temporary buffers are freed when their recording ends"
      : dead
      ? "it is already freed"
      : null;
    if (reason !== null) throw new TypeError(`Cannot free buffer "${label}": ${reason}`);
    (buffer as RecordedBuffer).dead = true;
  }

  run(kernel: Kernel, { bindings, uniforms, structural = NO_STRUCTURE }: Run): void {
    this.#hooks.check?.();
    const signature = signatureOf(kernel, structural);
    checkUniforms(kernel, signature, uniforms);
    const known = this.#knownShape(signature, uniforms);
    const needed = known?.needed ?? neededOf(kernel, structural, uniforms, signature);
    const { names } = signature;
    const views: View[] = new Array(names.length);
    const lengths: number[] = new Array(names.length);
    for (let i = 0; i < names.length; i++) {
      views[i] = bindings[names[i]];
      lengths[i] = needed[i] ?? views[i]?.length ?? 0;
      this.#checkBinding(kernel, names[i], views[i], lengths[i]);
    }
    checkAliases(kernel, signature, views);
    const { plan } = known ?? this.#addShape(kernel, structural, uniforms, signature, needed);
    this.#commands.push({
      type: "run",
      kernel,
      structural,
      uniforms,
      signature,
      names,
      views,
      lengths,
      plan,
    });
  }

  /** The shape of an earlier run with the same signature and sizes. */
  #knownShape(signature: Signature, uniforms: Uniforms): Shape<Plan> | undefined {
    const version = this.#hooks.planVersion?.() ?? 0;
    if (version !== this.#planVersion) this.#shapes.clear();
    this.#planVersion = version;
    const shapes = this.#shapes.get(signature);
    if (shapes === undefined) return undefined;
    const names = signature.sizes;
    search: for (let s = 0; s < shapes.length; s++) {
      const { sizes } = shapes[s];
      for (let i = 0; i < names.length; i++) {
        if (uniforms[names[i]] !== sizes[i]) continue search;
      }
      return shapes[s];
    }
    return undefined;
  }

  #addShape(
    kernel: Kernel,
    structural: Structural,
    uniforms: Uniforms,
    signature: Signature,
    needed: readonly (number | undefined)[],
  ): Shape<Plan> {
    const plan = this.#hooks.plan?.(kernel, structural, uniforms, signature) as Plan;
    const shape = { sizes: signature.sizes.map((name) => uniforms[name]), needed, plan };
    const shapes = this.#shapes.get(signature);
    if (shapes === undefined || shapes.length >= MOST_SHAPES) this.#shapes.set(signature, [shape]);
    else shapes.push(shape);
    return shape;
  }

  /** Records a host write of a copy of `data`. */
  write(view: View, data: HostArray): void {
    this.#hooks.check?.();
    this.#checkView(view);
    const { label, type } = view.buffer;
    if ((data instanceof Uint32Array) !== (type === "u32")) {
      throw new TypeError(
        `Cannot write to buffer "${label}": it has type ${type}, got a ${data.constructor.name}`,
      );
    }
    if (data.length > view.length) {
      throw new RangeError(
        `Cannot write to buffer "${label}": the view has ${view.length} elements, got ${data.length}`,
      );
    }
    if (data.length > 0) this.#commands.push({ type: "write", view, data: data.slice() });
  }

  /** Records a read. At the end of this turn of the event loop, the device ends the recording, once for all its reads. */
  read(view: View): Promise<HostArray> {
    const contents = this.#read(view);
    // The caller may fail before it awaits this. Devices keep the fault, so an unhandled rejection must not end the process.
    contents.catch(() => {});
    return contents;
  }

  async #read(view: View): Promise<HostArray> {
    this.#hooks.check?.();
    this.#checkView(view);
    if (!this.#flushPlanned) {
      this.#flushPlanned = true;
      queueMicrotask(() => this.#hooks.flush());
    }
    const { promise, resolve, reject } = Promise.withResolvers<HostArray>();
    this.#commands.push({ type: "read", view, resolve, reject });
    return await promise;
  }

  /** Ends the recording. Its temporaries cannot be used anymore. */
  take(): Recording<Plan> {
    const commands = this.#commands;
    for (const temporary of this.#temporaries) temporary.dead = true;
    this.#commands = [];
    this.#temporaries = [];
    this.#flushPlanned = false;
    return { commands, ...assignSlots(commands) };
  }

  #checkBinding(kernel: Kernel, name: string, view: View | undefined, needed: number): void {
    if (view === undefined) {
      throw new TypeError(`Cannot run ${kernel.name}: binding ${name} is missing`);
    }
    this.#checkView(view, kernel, name);
    const { buffer: { label, type } } = view;
    const required = kernel.bindings[name].type;
    if (type !== required) {
      throw new TypeError(
        `Cannot run ${kernel.name}: binding ${name} requires type ${required}, buffer "${label}" has ${type}`,
      );
    }
    if (!(view.length >= needed)) {
      throw new RangeError(
        `Cannot run ${kernel.name}: binding ${name} requires ${needed} elements, the view of buffer "${label}" has ${view.length}`,
      );
    }
    const { maxBindingBytes } = this.limits;
    if (needed * 4 > maxBindingBytes) {
      throw new RangeError(
        `Cannot run ${kernel.name}: binding ${name} requires ${
          needed * 4
        } bytes of buffer "${label}", which exceed this device's limit of ${maxBindingBytes} bytes`,
      );
    }
  }

  #checkView({ buffer, offset, length }: View, kernel?: Kernel, binding?: string): void {
    const { dead, owner } = buffer as RecordedBuffer;
    const outside = offset < 0 || length < 0 || offset + length > buffer.length;
    if (owner === this && !dead && !outside && offset % VIEW_ALIGNMENT === 0) return;
    const action = kernel === undefined
      ? `Cannot copy buffer "${buffer.label}"`
      : `Cannot run ${kernel.name}: binding ${binding} cannot be buffer "${buffer.label}"`;
    if (owner !== this) throw new TypeError(`${action}: it belongs to another device`);
    if (dead) {
      throw new TypeError(
        `${action}: ${
          buffer.temporary ? "it is temporary and its recording has ended" : "it has been freed"
        }`,
      );
    }
    if (outside) {
      throw new RangeError(
        `${action}: the view from ${offset} to ${
          offset + length
        } exceeds its ${buffer.length} elements`,
      );
    }
    throw new RangeError(`${action}: offset ${offset} is not a multiple of ${VIEW_ALIGNMENT}`);
  }
}

/** Number of elements that the kernel requires of each existing binding. */
function neededOf(
  kernel: Kernel,
  structural: Structural,
  uniforms: Uniforms,
  { names }: Signature,
): (number | undefined)[] {
  const needed = kernel.lengths(uniforms, structural);
  return names.map((name) => needed[name]);
}

function checkUniforms(
  kernel: Kernel,
  { uniforms: fields, integers }: Signature,
  uniforms: Uniforms,
): void {
  for (let i = 0; i < fields.length; i++) {
    const field = fields[i];
    const value = uniforms[field];
    if (typeof value !== "number") {
      throw new TypeError(`Cannot run ${kernel.name}: uniform ${field} is missing`);
    }
    if (integers[i] && value >>> 0 !== value) {
      throw new RangeError(
        `Cannot run ${kernel.name}: uniform ${field} must be an integer from 0 to 2^32 − 1, got ${value}`,
      );
    }
  }
}

/**
 * WebGPU does not allow a dispatch to write a range of a buffer and to read or write it through another binding. Two bindings may write
 * ranges that do not overlap; one may not read where another writes, even in another range.
 */
function checkAliases(kernel: Kernel, { names, writes }: Signature, views: readonly View[]): void {
  for (let i = 0; i < views.length; i++) {
    if (!writes[i]) continue;
    for (let j = 0; j < views.length; j++) {
      if (j === i || views[j].buffer !== views[i].buffer) continue;
      if (writes[j] && !overlap(views[i], views[j])) continue;
      throw new TypeError(
        `Cannot run ${kernel.name}: buffer "${views[i].buffer.label}" is bound as both ${
          names[i]
        } and ${names[j]}`,
      );
    }
  }
}

function overlap(a: View, b: View): boolean {
  return a.offset < b.offset + b.length && b.offset < a.offset + a.length;
}
