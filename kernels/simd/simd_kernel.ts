/**
 * A SIMD kernel: a WebAssembly function that computes a kernel on a range of items, in place of the kernel's reference.
 *
 * @module
 */
import type { Kernel, Structural, StructuralValue, Uniforms } from "../kernel.ts";
import { type Code, f32, i32, type Local } from "./code.ts";
import type { FunctionBuilder, ModuleBuilder } from "./module_builder.ts";
import type { Library } from "./library.ts";

/** How one run is divided among threads. */
export interface Division {
  /** Number of independent items. */
  readonly items: number;
  /** Items that a thread takes at a time. Must not depend on the number of threads. */
  readonly grain: number;
  /** Values of the parameters that {@linkcode SimdKernel.extra} names, in the same order. */
  readonly extra?: readonly number[];
}

/** A kernel, or part of one, in WebAssembly. */
export interface SimdKernel {
  /** The kernel that it computes. Its items need not be those of the kernel's reference. */
  readonly kernel: Kernel;
  /** Which part of the kernel it computes, if not the whole. */
  readonly part?: string;
  /** Names of parameters (whole numbers) in addition to the kernel's own. */
  readonly extra?: readonly string[];
  /** Divides a run. */
  divide(uniforms: Uniforms, structural: Structural): Division;
  /** Adds the functions that it calls to `module`, and returns its emitter. */
  define(library: Library, module: ModuleBuilder): Emitter;
}

/** Appends the statements that compute items `begin` to `end`. */
export type Emitter = (f: FunctionBuilder, at: Parameters) => void;

/** The parameters of a SIMD kernel's function. */
export interface Parameters {
  /** The first item, in a variable that the emitter may change. */
  readonly begin: Local;
  /** The item after the last. */
  readonly end: Local;
  /** Address of the thread's own {@linkcode SCRATCH_BYTES} bytes. */
  readonly scratch: Local;
  /** An address or a whole number from the parameter block. */
  u32(name: string): Code;
  /** A float from the parameter block. */
  f32(name: string): Code;
  /** Whether a structural parameter has this value. */
  is(name: string, value: StructuralValue): Code;
}

/** Scratch memory of each thread, in bytes. */
export const SCRATCH_BYTES = 1 << 20;

/**
 * The words of the parameter block: addresses of all bindings (0 for one that does not exist), uniforms, structural values as
 * indices among the values that the kernel lists, extras.
 */
function parameterNames({ kernel, extra = [] }: SimdKernel): string[] {
  const { bindings, uniforms, structural } = kernel;
  return [
    ...Object.keys(bindings),
    ...Object.keys(uniforms),
    ...Object.keys(structural).map(structuralName),
    ...extra,
  ];
}

/** Marks structural parameters, which may share their name with a binding (`bias`). */
function structuralName(name: string): string {
  return `structural ${name}`;
}

/** Adds the function of a SIMD kernel to a module and exports it under {@linkcode nameOf}. */
export function emitSimdKernel(simd: SimdKernel, module: ModuleBuilder, library: Library): void {
  const emit = simd.define(library, module);
  const names = parameterNames(simd);
  module.function(
    ["i32", "i32", "i32", "i32"],
    null,
    (f) => {
      const [block, begin, end, scratch] = f.parameters;
      const offset = (name: string) => {
        const index = names.indexOf(name);
        if (index < 0) throw new RangeError(`SIMD kernel ${nameOf(simd)} has no parameter ${name}`);
        return 4 * index;
      };
      emit(f, {
        begin,
        end,
        scratch,
        u32: (name) => i32.load(block, offset(name)),
        f32: (name) => f32.load(block, offset(name)),
        is: (name, value) => {
          const index = simd.kernel.structural[name].indexOf(value);
          return i32.eq(i32.load(block, offset(structuralName(name))), index);
        },
      });
    },
    nameOf(simd),
  );
}

/** The export name of a SIMD kernel's function. */
export function nameOf({ kernel, part }: SimdKernel): string {
  return part === undefined ? kernel.name : `${kernel.name} ${part}`;
}
