/**
 * A fast path: a WebAssembly function that computes a kernel on ranges of its own items, in place of the kernel's reference.
 *
 * @module
 */
import type { Kernel, Structural, StructuralValue, Uniforms } from "../kernel.ts";
import { type Code, f32, i32, type Local } from "./code.ts";
import type { FunctionBuilder, ModuleBuilder } from "./module_builder.ts";
import type { Library } from "./library.ts";

/** How one run is divided. */
export interface Division {
  /** Independent pieces of work. */
  readonly items: number;
  /** Items that one thread takes at a time. Must not depend on the number of threads. */
  readonly grain: number;
  /** Numbers that the function wants beside the kernel's own parameters, by the names in {@linkcode SimdKernel.extra}. */
  readonly extra?: readonly number[];
}

/** A kernel, or part of one, in WebAssembly. */
export interface SimdKernel {
  readonly kernel: Kernel;
  /** What of the kernel this is, where it is not all of it. */
  readonly part?: string;
  /** Names of further words of the parameter block. */
  readonly extra?: readonly string[];
  divide(uniforms: Uniforms, structural: Structural): Division;
  /** Adds to a module what the function calls, and gives back what writes it. */
  define(library: Library, module: ModuleBuilder): Emitter;
}

/** Writes a function's statements: what one thread does for items `begin` to `end`. */
export type Emitter = (f: FunctionBuilder, at: Parameters) => void;

/** What a fast path's function is called with. */
export interface Parameters {
  /** First item (a local, free to be changed). */
  readonly begin: Local;
  readonly end: Local;
  /** Address of {@linkcode SCRATCH_BYTES} bytes that belong to this thread. */
  readonly scratch: Local;
  /** Reads an address or a whole number from the parameter block. */
  u32(name: string): Code;
  /** Reads a number. */
  f32(name: string): Code;
  /** Whether a structural parameter has this value. */
  is(name: string, value: StructuralValue): Code;
}

/** Memory that each thread has for itself. */
export const SCRATCH_BYTES = 1 << 20;

/** Words of the parameter block: addresses of all bindings (0 where there is none), uniforms, structural values by their place, extras. */
function parameterNames(path: SimdKernel): string[] {
  const { bindings, uniforms, structural } = path.kernel;
  return [
    ...Object.keys(bindings),
    ...Object.keys(uniforms),
    ...Object.keys(structural).map(structuralName),
    ...path.extra ?? [],
  ];
}

/** A structural parameter may have the name of the binding that it asks for. */
function structuralName(name: string): string {
  return `structural ${name}`;
}

/** Adds the function of a fast path to a module, exported under the kernel's name. */
export function emitSimdKernel(path: SimdKernel, module: ModuleBuilder, library: Library): void {
  const emit = path.define(library, module);
  const names = parameterNames(path);
  module.function(
    ["i32", "i32", "i32", "i32"],
    null,
    (f) => {
      const [block, begin, end, scratch] = f.parameters;
      const offset = (name: string) => {
        const index = names.indexOf(name);
        if (index < 0) throw new RangeError(`${path.kernel.name} has no parameter ${name}`);
        return 4 * index;
      };
      emit(f, {
        begin,
        end,
        scratch,
        u32: (name) => i32.load(block, offset(name)),
        f32: (name) => f32.load(block, offset(name)),
        is: (name, value) => {
          const index = path.kernel.structural[name].indexOf(value);
          return i32.eq(i32.load(block, offset(structuralName(name))), index);
        },
      });
    },
    nameOf(path),
  );
}

/** The name of a fast path's function. */
export function nameOf({ kernel, part }: SimdKernel): string {
  return part === undefined ? kernel.name : `${kernel.name} ${part}`;
}
