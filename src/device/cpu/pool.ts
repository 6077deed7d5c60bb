/**
 * The threads of a CPU device: the calling thread and its workers.
 *
 * @module
 */
import { type Kernel, KERNELS, type Structural, type Uniforms } from "../../../kernels/mod.ts";
import { ADDRESS, KIND, WORD } from "./control.ts";
import { Executor } from "./executor.ts";
import { spawn, type Thread } from "./spawn.ts";
import type { Place } from "./storage.ts";

/** How often the calling thread polls the number of finished slices before it sleeps. */
const POLLS = 2000;
/** Runs with less effort (operations and bytes) than this are not worth waking the workers for. */
const MIN_SHARED_EFFORT = 100_000;

/** How a run is divided: number of items, and items per slice. */
export interface Cut {
  readonly items: number;
  readonly grain: number;
}

/** The calling thread and its workers. */
export class Pool {
  readonly #executor: Executor;
  readonly #threads: Thread[] = [];
  readonly #definitions = new Map<string, { number: number; address: number; length: number }>();
  #nextText: number = ADDRESS.texts;
  readonly #kernels: ReadonlyMap<string, Kernel>;

  /** Threads that compute, the calling one included. */
  get size(): number {
    return this.#threads.length + 1;
  }

  private constructor(
    readonly memory: WebAssembly.Memory,
    module: WebAssembly.Module | null,
    scratch: number,
  ) {
    this.#kernels = new Map(KERNELS.map((kernel) => [kernel.name, kernel]));
    this.#executor = new Executor(memory, module, scratch, this.#kernels);
  }

  /**
   * Starts one thread fewer than `scratches` has addresses; the calling thread takes the first. If workers cannot start, or the
   * calling thread may not block (the main thread of a browser), the calling thread computes alone.
   */
  static async open(
    memory: WebAssembly.Memory,
    module: WebAssembly.Module | null,
    scratches: readonly number[],
  ): Promise<Pool> {
    const pool = new Pool(memory, module, scratches[0]);
    if (!pool.#canWait()) return pool;
    const starts = scratches.slice(1).map((scratch) => spawn({ memory, module, scratch }));
    for (const started of await Promise.allSettled(starts)) {
      if (started.status === "fulfilled") pool.#threads.push(started.value);
    }
    return pool;
  }

  /** Whether other threads have the reference of this kernel, so that it can be shared by name. */
  shares(kernel: Kernel): boolean {
    return this.#kernels.get(kernel.name) === kernel;
  }

  /** Runs function `index` of the SIMD module with the parameter block in memory. `effort` is the sum of operations and bytes. */
  runSimd(index: number, cut: Cut, effort: number): void {
    const { words } = this.#executor;
    words[WORD.kind] = KIND.simd;
    words[WORD.what] = index;
    this.#run(cut, effort);
  }

  /** Runs a reference that all threads share. `places` has an entry for every binding of the kernel, in order. */
  runReference(
    kernel: Kernel,
    structural: Structural,
    uniforms: Uniforms,
    places: readonly Place[],
    cut: Cut,
    effort: number,
  ): void {
    const { words } = this.#executor;
    const definition = this.#define(kernel, structural);
    words[WORD.kind] = KIND.reference;
    words[WORD.what] = definition.number;
    words[WORD.textAddress] = definition.address;
    words[WORD.textLength] = definition.length;
    const fields = Object.keys(kernel.uniforms);
    new Float64Array(this.memory.buffer, ADDRESS.uniforms, fields.length)
      .set(fields.map((field) => uniforms[field]));
    new Uint32Array(this.memory.buffer, ADDRESS.bindings, 2 * places.length)
      .set(places.flatMap(({ address, length }) => [address, length]));
    this.#run(cut, effort);
  }

  async close(): Promise<void> {
    const { words } = this.#executor;
    words[WORD.kind] = KIND.stop;
    Atomics.add(words, WORD.sequence, 1);
    Atomics.notify(words, WORD.sequence);
    await Promise.all(this.#threads.map((thread) => thread.ended()));
  }

  #run({ items, grain }: Cut, effort: number): void {
    if (items === 0) return;
    const { words } = this.#executor;
    const slices = Math.ceil(items / grain);
    words[WORD.items] = items;
    words[WORD.grain] = grain;
    words[WORD.slices] = slices;
    words[WORD.failed] = 0;
    words[WORD.run]++;
    Atomics.store(words, WORD.done, 0);
    Atomics.store(words, WORD.left, slices);
    if (slices > 1 && this.#threads.length > 0 && effort >= MIN_SHARED_EFFORT) {
      Atomics.add(words, WORD.sequence, 1);
      Atomics.notify(words, WORD.sequence, slices - 1);
    }
    this.#executor.work();
    this.#join(slices);
    if (words[WORD.failed] !== 0) throw new Error(this.#message());
  }

  /** Waits until every slice is done. */
  #join(slices: number): void {
    const { words } = this.#executor;
    for (let poll = 0;; poll++) {
      const done = Atomics.load(words, WORD.done);
      if (done === slices) return;
      if (poll > POLLS) Atomics.wait(words, WORD.done, done);
    }
  }

  #message(): string {
    const { words } = this.#executor;
    const bytes = new Uint8Array(
      this.memory.buffer,
      ADDRESS.message,
      words[WORD.messageLength],
    );
    return new TextDecoder().decode(bytes.slice());
  }

  #define(kernel: Kernel, structural: Structural) {
    const text = JSON.stringify({ kernel: kernel.name, structural });
    let known = this.#definitions.get(text);
    if (known === undefined) {
      const bytes = new TextEncoder().encode(text);
      if (this.#nextText + bytes.length > ADDRESS.textsEnd) {
        throw new RangeError("the CPU device's table of kernel definitions is full");
      }
      new Uint8Array(this.memory.buffer, this.#nextText, bytes.length).set(bytes);
      known = { number: this.#definitions.size, address: this.#nextText, length: bytes.length };
      this.#nextText += bytes.length;
      this.#definitions.set(text, known);
    }
    return known;
  }

  #canWait(): boolean {
    try {
      Atomics.wait(this.#executor.words, WORD.failed, -1, 0);
      return true;
    } catch {
      return false;
    }
  }
}
