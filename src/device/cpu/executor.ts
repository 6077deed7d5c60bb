/**
 * Executes the run that the control page describes, on the calling thread and on the workers alike.
 *
 * @module
 */
import type { Kernel, Uniforms } from "../../../kernels/mod.ts";
import { ADDRESS, type Definition, KIND, type SimdFunction, WORD } from "./control.ts";
import { numbersAt } from "./memory.ts";

type Compute = (begin: number, end: number) => void;

const WORD_COUNT = ADDRESS.parameters / 4;
const utf8 = new TextDecoder();

/** The executor of one thread. */
export class Executor {
  #words: Int32Array;
  readonly #functions: readonly SimdFunction[];
  readonly #definitions = new Map<
    number,
    { kernel: Kernel; structural: Definition["structural"] }
  >();
  #prepared = 0;
  #compute: Compute = () => {};

  /** `scratch` is the address of the thread's own scratch memory; `kernels` are the kernels whose references it can run, by name. */
  constructor(
    readonly memory: WebAssembly.Memory,
    module: WebAssembly.Module | null,
    readonly scratch: number,
    readonly kernels: ReadonlyMap<string, Kernel>,
  ) {
    this.#words = new Int32Array(memory.buffer, 0, WORD_COUNT);
    this.#functions = module === null ? [] : instantiate(module, memory);
  }

  /** The control page. A memory that is not shared gets a new buffer when it grows. */
  get words(): Int32Array {
    if (this.#words.buffer !== this.memory.buffer) {
      this.#words = new Int32Array(this.memory.buffer, 0, WORD_COUNT);
    }
    return this.#words;
  }

  /** Computes slices of the current run until none is left. */
  work(): void {
    const { words } = this;
    for (;;) {
      const left = Atomics.sub(words, WORD.left, 1);
      if (left <= 0) return;
      const slices = words[WORD.slices];
      const begin = (slices - left) * words[WORD.grain];
      this.#perform(begin, Math.min(begin + words[WORD.grain], words[WORD.items]));
      if (Atomics.add(words, WORD.done, 1) + 1 === slices) Atomics.notify(words, WORD.done);
    }
  }

  #perform(begin: number, end: number): void {
    try {
      const run = this.words[WORD.run];
      if (run !== this.#prepared) {
        this.#compute = this.#prepare();
        this.#prepared = run;
      }
      this.#compute(begin, end);
    } catch (error) {
      this.#report(error instanceof Error ? error.message : String(error));
    }
  }

  #prepare(): Compute {
    const what = this.words[WORD.what];
    if (this.words[WORD.kind] === KIND.simd) {
      const run = this.#functions[what];
      return (begin, end) => run(ADDRESS.parameters, begin, end, this.scratch);
    }
    const { kernel, structural } = this.#definition(what);
    const fields = Object.keys(kernel.uniforms);
    const values = new Float64Array(this.memory.buffer, ADDRESS.uniforms, fields.length);
    const uniforms: Uniforms = Object.fromEntries(fields.map((field, i) => [field, values[i]]));
    const names = Object.keys(kernel.bindings);
    const places = new Uint32Array(this.memory.buffer, ADDRESS.bindings, 2 * names.length);
    const arrays = Object.fromEntries(names.map((name, i) => {
      const { type } = kernel.bindings[name];
      return [name, numbersAt(this.memory, type, places[2 * i], places[2 * i + 1])];
    }));
    return (begin, end) => kernel.reference(arrays, uniforms, structural, begin, end);
  }

  #definition(number: number): { kernel: Kernel; structural: Definition["structural"] } {
    let known = this.#definitions.get(number);
    if (known === undefined) {
      const text = new Uint8Array(
        this.memory.buffer,
        this.words[WORD.textAddress],
        this.words[WORD.textLength],
      );
      // In browsers, a TextDecoder rejects shared memory, so it gets a copy.
      const { kernel, structural }: Definition = JSON.parse(utf8.decode(text.slice()));
      known = { kernel: this.kernels.get(kernel)!, structural };
      this.#definitions.set(number, known);
    }
    return known;
  }

  /** Stores the first error message of a run. */
  #report(message: string): void {
    if (Atomics.compareExchange(this.words, WORD.failed, 0, 1) !== 0) return;
    const bytes = new TextEncoder().encode(message).subarray(
      0,
      ADDRESS.messageEnd - ADDRESS.message,
    );
    new Uint8Array(this.memory.buffer, ADDRESS.message, bytes.length).set(bytes);
    this.words[WORD.messageLength] = bytes.length;
  }
}

function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): SimdFunction[] {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  return WebAssembly.Module.exports(module).map(({ name }) => exports[name] as SimdFunction);
}
