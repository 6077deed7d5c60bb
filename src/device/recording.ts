/**
 * What both devices do alike: take commands, check them against the kernel's signature, and, once the whole recording is known,
 * give each temporary buffer a slot of memory from its first use to its last.
 *
 * @module
 */
import { activeBindings } from "../../kernels/mod.ts";
import type { ElementType, Kernel, Structural, Uniforms } from "../../kernels/mod.ts";
import { type DeviceBuffer, type HostArray, type View, VIEW_ALIGNMENT } from "./device.ts";
import type { DeviceLimits, Run } from "./device.ts";

/** A run that passed the checks. */
export interface RunCommand {
  readonly type: "run";
  readonly kernel: Kernel;
  readonly structural: Structural;
  readonly uniforms: Uniforms;
  /** Names of the bindings that exist, in binding order. */
  readonly names: readonly string[];
  /** Their views, in the same order. */
  readonly views: readonly View[];
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
export type Command = RunCommand | WriteCommand | ReadCommand;

/** Memory for one or, one after another, several temporaries: the `ordinal`-th slot of a size class. */
export interface Slot {
  readonly bytes: number;
  readonly ordinal: number;
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

/** Collects the commands of one recording after another. */
export class Recorder {
  #commands: Command[] = [];
  #temporaries: RecordedBuffer[] = [];
  #nextId = 1;

  constructor(readonly limits: DeviceLimits) {}

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
    const names = activeBindings(kernel, structural);
    const lengths = kernel.lengths(uniforms, structural);
    for (const field of Object.keys(kernel.uniforms)) {
      if (typeof uniforms[field] !== "number") {
        throw new TypeError(`Cannot run ${kernel.name}: uniform ${field} is missing`);
      }
    }
    const views = names.map((name) => {
      const view = bindings[name];
      if (view === undefined) {
        throw new TypeError(`Cannot run ${kernel.name}: binding ${name} is missing`);
      }
      this.#checkView(view, `Cannot run ${kernel.name}: binding ${name}`);
      const { type } = kernel.bindings[name];
      if (view.buffer.type !== type) {
        throw new TypeError(
          `Cannot run ${kernel.name}: binding ${name} takes ${type}, ${view.buffer.label} holds ${view.buffer.type}`,
        );
      }
      if (view.length < lengths[name]) {
        throw new RangeError(
          `Cannot run ${kernel.name}: binding ${name} needs ${
            lengths[name]
          } elements, ${view.buffer.label} shows ${view.length}`,
        );
      }
      if (lengths[name] * 4 > this.limits.maxBindingBytes) {
        throw new RangeError(
          `Cannot run ${kernel.name}: ${view.buffer.label} needs ${
            lengths[name] * 4
          } bytes in one binding, over this device's limit of ${this.limits.maxBindingBytes}`,
        );
      }
      return view;
    });
    checkAliases(kernel, names, views);
    this.#commands.push({ type: "run", kernel, structural, uniforms, names, views });
  }

  write(view: View, data: HostArray): void {
    this.#checkView(view, "Cannot write");
    if (data.length > view.length) {
      throw new RangeError(
        `Cannot write ${data.length} elements to ${view.buffer.label}: the view shows ${view.length}`,
      );
    }
    if (data.length > 0) this.#commands.push({ type: "write", view, data: data.slice() });
  }

  read(view: View): Promise<HostArray> {
    this.#checkView(view, "Cannot read");
    const { promise, resolve, reject } = Promise.withResolvers<HostArray>();
    this.#commands.push({ type: "read", view, resolve, reject });
    return promise;
  }

  /** Ends the recording: its commands, and a slot for every temporary that one of them touches. */
  take(): { commands: readonly Command[]; slots: ReadonlyMap<DeviceBuffer, Slot> } {
    const commands = this.#commands;
    const slots = assignSlots(commands);
    for (const temporary of this.#temporaries) temporary.dead = true;
    this.#commands = [];
    this.#temporaries = [];
    return { commands, slots };
  }

  #checkView(view: View, action: string): void {
    const { buffer, offset, length } = view;
    if ((buffer as RecordedBuffer).dead) {
      throw new TypeError(
        buffer.temporary
          ? `${action}: ${buffer.label} was temporary and its recording has ended`
          : `${action}: ${buffer.label} has been freed`,
      );
    }
    if (offset % VIEW_ALIGNMENT !== 0) {
      throw new RangeError(
        `${action}: offset ${offset} of ${buffer.label} is no multiple of ${VIEW_ALIGNMENT}`,
      );
    }
    if (offset < 0 || length < 0 || offset + length > buffer.length) {
      throw new RangeError(
        `${action}: elements ${offset} to ${
          offset + length
        } lie outside ${buffer.label} of ${buffer.length}`,
      );
    }
  }
}

/** WebGPU forbids a buffer that is written to be bound a second time in the same dispatch, even at another range. */
function checkAliases(kernel: Kernel, names: readonly string[], views: readonly View[]): void {
  for (let i = 0; i < views.length; i++) {
    if (kernel.bindings[names[i]].access !== "read_write") continue;
    const j = views.findIndex((view, other) => other !== i && view.buffer === views[i].buffer);
    if (j >= 0) {
      throw new TypeError(
        `Cannot run ${kernel.name}: ${views[i].buffer.label} is bound both as ${names[i]} and as ${
          names[j]
        }`,
      );
    }
  }
}

/** Rounds up to a size class, four to an octave, so that slots are shared between sizes that are nearly alike. */
export function sizeClass(bytes: number): number {
  const least = Math.max(bytes, 256);
  const step = 2 ** Math.max(Math.floor(Math.log2(least)) - 2, 6);
  return Math.ceil(least / step) * step;
}

/**
 * Linear scan: a temporary takes the free slot of its size class that was freed last, and gives it back after the last command that touches it. Host
 * writes happen before any run of the recording, so a temporary that is written by the host lives from the start.
 */
function assignSlots(commands: readonly Command[]): Map<DeviceBuffer, Slot> {
  const first = new Map<DeviceBuffer, number>();
  const last = new Map<DeviceBuffer, number>();
  commands.forEach((command, index) => {
    for (const { buffer } of command.type === "run" ? command.views : [command.view]) {
      if (!buffer.temporary) continue;
      const start = command.type === "write" ? -1 : index;
      first.set(buffer, Math.min(first.get(buffer) ?? start, start));
      last.set(buffer, index);
    }
  });
  const dying = new Map<number, DeviceBuffer[]>();
  for (const [buffer, index] of last) {
    const others = dying.get(index);
    if (others === undefined) dying.set(index, [buffer]);
    else others.push(buffer);
  }
  const slots = new Map<DeviceBuffer, Slot>();
  const free = new Map<number, Slot[]>();
  const made = new Map<number, number>();
  const born = [...first].sort((a, b) => a[1] - b[1] || a[0].id - b[0].id);
  let next = 0;
  for (let index = -1; index < commands.length; index++) {
    for (; next < born.length && born[next][1] === index; next++) {
      const buffer = born[next][0];
      const bytes = sizeClass(buffer.length * 4);
      const reused = free.get(bytes)?.pop();
      if (reused !== undefined) slots.set(buffer, reused);
      else {
        const ordinal = made.get(bytes) ?? 0;
        made.set(bytes, ordinal + 1);
        slots.set(buffer, { bytes, ordinal });
      }
    }
    for (const buffer of dying.get(index) ?? []) {
      const slot = slots.get(buffer)!;
      const others = free.get(slot.bytes);
      if (others === undefined) free.set(slot.bytes, [slot]);
      else others.push(slot);
    }
  }
  return slots;
}
