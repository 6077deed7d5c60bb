/**
 * What both devices do alike: take commands, check them against the kernel's signature, and, once the whole recording is known,
 * give each temporary buffer a slot of memory from its first use to its last.
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

/** A run that passed the checks. `Plan` is what the device decided about it while it was recorded. */
export interface RunCommand<Plan = undefined> {
  readonly type: "run";
  readonly kernel: Kernel;
  readonly structural: Structural;
  readonly uniforms: Uniforms;
  readonly signature: Signature;
  /** Names of the bindings that exist, in binding order. */
  readonly names: readonly string[];
  /** Their views, in the same order. */
  readonly views: readonly View[];
  /** How many elements of each view the run may touch: by the kernel's shape rule, all where it has none. */
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

/** One entry of a recording. */
export type Command<Plan = undefined> = RunCommand<Plan> | WriteCommand | ReadCommand;

/** Decides how a run will be done, while its caller is still on the stack to be blamed. */
export type Planner<Plan> = (
  kernel: Kernel,
  structural: Structural,
  uniforms: Uniforms,
  signature: Signature,
) => Plan;

/** A recording that has ended. */
export interface Recording<Plan = undefined> extends Slots {
  readonly commands: readonly Command<Plan>[];
}

class RecordedBuffer implements DeviceBuffer {
  /** Set when the recording that a temporary belongs to has ended, or a persistent buffer was freed. */
  dead = false;
  constructor(
    readonly id: number,
    readonly label: string,
    readonly type: ElementType,
    readonly length: number,
    readonly temporary: boolean,
  ) {}
}

const NO_STRUCTURE: Structural = {};
const noPlan: Planner<undefined> = () => undefined;

/** Collects the commands of one recording after another. */
export class Recorder<Plan = undefined> {
  #commands: Command<Plan>[] = [];
  #temporaries: RecordedBuffer[] = [];
  #nextId = 1;
  readonly #plan: Planner<Plan>;

  constructor(readonly limits: DeviceLimits, plan: Planner<Plan> = noPlan as Planner<Plan>) {
    this.#plan = plan;
  }

  /** Whether anything is recorded. */
  get empty(): boolean {
    return this.#commands.length === 0;
  }

  /** A new buffer's identity; memory is the device's business. */
  buffer(length: number, type: ElementType, label: string, temporary: boolean): DeviceBuffer {
    if (!Number.isInteger(length) || length < 0) {
      throw new RangeError(`Cannot make buffer ${label}: ${length} is no number of elements`);
    }
    if (length * 4 > this.limits.maxBufferBytes) {
      throw new RangeError(
        `Cannot make buffer ${label}: ${
          length * 4
        } bytes are over this device's largest buffer of ${this.limits.maxBufferBytes} bytes`,
      );
    }
    const buffer = new RecordedBuffer(this.#nextId++, label, type, length, temporary);
    if (temporary) this.#temporaries.push(buffer);
    return buffer;
  }

  /** Marks a persistent buffer as gone: later use is an error that names it. */
  retire(buffer: DeviceBuffer): void {
    (buffer as RecordedBuffer).dead = true;
  }

  run(kernel: Kernel, { bindings, uniforms, structural = NO_STRUCTURE }: Run): void {
    const signature = signatureOf(kernel, structural);
    checkUniforms(kernel, uniforms);
    const needed = kernel.lengths(uniforms, structural);
    const { names } = signature;
    const views: View[] = new Array(names.length);
    const lengths: number[] = new Array(names.length);
    for (let i = 0; i < names.length; i++) {
      views[i] = bindings[names[i]];
      lengths[i] = needed[names[i]] ?? views[i]?.length ?? 0;
      this.#checkBinding(kernel, names[i], views[i], lengths[i]);
    }
    checkAliases(kernel, signature, views);
    const plan = this.#plan(kernel, structural, uniforms, signature);
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

  write(view: View, data: HostArray): void {
    this.#checkView(view);
    if (data.length > view.length) {
      throw new RangeError(
        `Cannot write ${data.length} elements to ${view.buffer.label}: the view shows ${view.length}`,
      );
    }
    if (data.length > 0) this.#commands.push({ type: "write", view, data: data.slice() });
  }

  read(view: View): Promise<HostArray> {
    this.#checkView(view);
    const { promise, resolve, reject } = Promise.withResolvers<HostArray>();
    this.#commands.push({ type: "read", view, resolve, reject });
    return promise;
  }

  /** Ends the recording: its commands, and a slot for every temporary that one of them touches. */
  take(): Recording<Plan> {
    const commands = this.#commands;
    for (const temporary of this.#temporaries) temporary.dead = true;
    this.#commands = [];
    this.#temporaries = [];
    return { commands, ...assignSlots(commands) };
  }

  #checkBinding(kernel: Kernel, name: string, view: View | undefined, needed: number): void {
    if (view === undefined) {
      throw new TypeError(`Cannot run ${kernel.name}: binding ${name} is missing`);
    }
    this.#checkView(view, kernel, name);
    const { buffer } = view;
    const { type } = kernel.bindings[name];
    if (buffer.type !== type) {
      throw new TypeError(
        `Cannot run ${kernel.name}: binding ${name} takes ${type}, ${buffer.label} holds ${buffer.type}`,
      );
    }
    if (!(view.length >= needed)) {
      throw new RangeError(
        `Cannot run ${kernel.name}: binding ${name} needs ${needed} elements, ${buffer.label} shows ${view.length}`,
      );
    }
    if (needed * 4 > this.limits.maxBindingBytes) {
      throw new RangeError(
        `Cannot run ${kernel.name}: ${buffer.label} needs ${
          needed * 4
        } bytes in one binding, over this device's limit of ${this.limits.maxBindingBytes}`,
      );
    }
  }

  #checkView({ buffer, offset, length }: View, kernel?: Kernel, binding?: string): void {
    const dead = (buffer as RecordedBuffer).dead;
    const outside = offset < 0 || length < 0 || offset + length > buffer.length;
    if (!dead && !outside && offset % VIEW_ALIGNMENT === 0) return;
    const action = kernel === undefined
      ? "Cannot copy"
      : `Cannot run ${kernel.name}: binding ${binding}`;
    if (dead) {
      throw new TypeError(
        buffer.temporary
          ? `${action}: ${buffer.label} was temporary and its recording has ended`
          : `${action}: ${buffer.label} has been freed`,
      );
    }
    if (outside) {
      throw new RangeError(
        `${action}: elements ${offset} to ${
          offset + length
        } lie outside ${buffer.label} of ${buffer.length}`,
      );
    }
    throw new RangeError(
      `${action}: offset ${offset} of ${buffer.label} is no multiple of ${VIEW_ALIGNMENT}`,
    );
  }
}

function checkUniforms(kernel: Kernel, uniforms: Uniforms): void {
  for (const field in kernel.uniforms) {
    const value = uniforms[field];
    if (typeof value !== "number") {
      throw new TypeError(`Cannot run ${kernel.name}: uniform ${field} is missing`);
    }
    if (kernel.uniforms[field] === "u32" && value >>> 0 !== value) {
      throw new RangeError(
        `Cannot run ${kernel.name}: uniform ${field} is ${value}, it takes a natural number below 2^32`,
      );
    }
  }
}

/** WebGPU forbids a buffer that is written to be bound a second time in the same dispatch, even at another range. */
function checkAliases(kernel: Kernel, { names, writes }: Signature, views: readonly View[]): void {
  for (let i = 0; i < views.length; i++) {
    if (!writes[i]) continue;
    for (let j = 0; j < views.length; j++) {
      if (j === i || views[j].buffer !== views[i].buffer) continue;
      throw new TypeError(
        `Cannot run ${kernel.name}: ${views[i].buffer.label} is bound both as ${names[i]} and as ${
          names[j]
        }`,
      );
    }
  }
}
