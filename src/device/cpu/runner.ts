/**
 * Computes runs: with a BLAS if the device has one, with a SIMD kernel if there is one, else with the kernel's reference.
 *
 * @module
 */
import { matmulMatmul, parseMatmulActivation } from "../../../kernels/mod.ts";
import {
  MATMUL_EPILOGUE_SIMD,
  MATMUL_ROW_SUMS_SIMD,
  nameOf,
  SIMD_KERNELS,
  type SimdKernel,
} from "../../../kernels/simd/mod.ts";
import type { RunCommand } from "../recording.ts";
import type { Signature } from "../signature.ts";
import type { Blas } from "./blas.ts";
import { ADDRESS } from "./control.ts";
import type { Pool } from "./pool.ts";
import type { Place, Storage } from "./storage.ts";

/** Maximum number of slices of a run by reference. SIMD kernels define their own division. */
const REFERENCE_SLICES = 64;
/** Minimum effort (operations and bytes) of a slice of a run by reference. */
const REFERENCE_EFFORT = 20_000;
/** Maximum size of a parameter block, in words. */
const BLOCK_WORDS = (ADDRESS.uniforms - ADDRESS.parameters) / 4;
const NOWHERE: Place = { address: 0, length: 0 };

/** Computes the runs of a CPU device. */
export class Runner {
  /** `functions` has the index of each exported function of the SIMD module by name; it is empty without SIMD. */
  constructor(
    readonly storage: Storage,
    readonly pool: Pool,
    readonly functions: ReadonlyMap<string, number>,
    readonly blas: Blas | null,
  ) {}

  /** Computes one run and returns the name of the implementation: "blas", "simd" or "reference". */
  execute(command: RunCommand): string {
    const { kernel } = command;
    const simd = SIMD_KERNELS.get(kernel.name);
    if (simd !== undefined && simd.kernel === kernel && this.functions.size > 0) {
      if (this.blas !== null && kernel === matmulMatmul && command.uniforms.k > 0) {
        this.#multiply(this.blas, command);
        return "blas";
      }
      this.#runSimd(command, simd);
      return "simd";
    }
    if (this.pool.shares(kernel)) this.#runReference(command);
    else this.#runHere(command);
    return "reference";
  }

  #runSimd(command: RunCommand, simd: SimdKernel): void {
    const { structural, uniforms } = command;
    const division = simd.divide(uniforms, structural);
    const layout = layoutOf(command);
    const { buffer } = this.storage.heap.memory;
    const words = new Uint32Array(buffer, ADDRESS.parameters, BLOCK_WORDS);
    const floats = new Float32Array(buffer, ADDRESS.parameters, BLOCK_WORDS);
    let next = 0;
    for (const index of layout.bindings) words[next++] = this.#placeOf(command, index).address;
    for (const { field, isFloat } of layout.uniforms) {
      (isFloat ? floats : words)[next++] = uniforms[field];
    }
    for (const value of layout.structural) words[next++] = value;
    for (const value of division.extra ?? []) words[next++] = value;
    this.pool.runSimd(this.functions.get(nameOf(simd))!, division, effortOf(command));
  }

  #runReference(command: RunCommand): void {
    const { kernel, structural, uniforms } = command;
    const items = kernel.items(uniforms, structural);
    const effort = effortOf(command);
    const slices = Math.max(1, Math.min(REFERENCE_SLICES, Math.floor(effort / REFERENCE_EFFORT)));
    const grain = Math.max(1, Math.ceil(items / slices));
    const places = layoutOf(command).bindings.map((index) => this.#placeOf(command, index));
    this.pool.runReference(kernel, structural, uniforms, places, { items, grain }, effort);
  }

  /** Runs the reference of an unregistered kernel, which only this thread has. */
  #runHere({ kernel, structural, uniforms, names, views }: RunCommand): void {
    const arrays = Object.fromEntries(names.map((name, i) => [name, this.storage.array(views[i])]));
    kernel.reference(arrays, uniforms, structural, 0, kernel.items(uniforms, structural));
  }

  /** Multiplies with BLAS, then adds bias, activation and sums of rows with SIMD kernels. */
  #multiply(blas: Blas, command: RunCommand): void {
    const { uniforms, structural, names, views } = command;
    const { m, n, k, lda, ldb, ldc, alpha } = uniforms;
    if (m === 0 || n === 0) return;
    const addressOf = (name: string) => this.storage.placeOf(views[names.indexOf(name)]).address;
    const { name: activation, backward } = parseMatmulActivation(structural.activation);
    const activated = activation !== "none";
    blas.multiply({
      transposeA: structural.transpose_a === true,
      transposeB: structural.transpose_b === true,
      ...{ m, n, k, alpha, lda, ldb, ldc },
      a: addressOf("a"),
      b: addressOf("b"),
      beta: structural.accumulate ? 1 : 0,
      c: addressOf(activated && !backward ? "preactivation" : "c"),
    });
    if (structural.bias || activated) this.#runSimd(command, MATMUL_EPILOGUE_SIMD);
    if (structural.row_sums) this.#runSimd(command, MATMUL_ROW_SUMS_SIMD);
  }

  /** The place of the run's binding `index`, or {@linkcode NOWHERE} for −1. */
  #placeOf({ views }: RunCommand, index: number): Place {
    return index < 0 ? NOWHERE : this.storage.placeOf(views[index]);
  }
}

function effortOf({ kernel, uniforms, structural }: RunCommand): number {
  const { flops, bytes } = kernel.work(uniforms, structural);
  return flops + bytes;
}

/** The order of the words of a parameter block, which kernels/simd/simd_kernel.ts defines. */
interface BlockLayout {
  /** For each binding of the kernel, its index among those of the run, or −1 if it does not exist. */
  readonly bindings: readonly number[];
  readonly uniforms: readonly { readonly field: string; readonly isFloat: boolean }[];
  /** The index of each structural value among those that the kernel lists. */
  readonly structural: readonly number[];
}

const layouts = new WeakMap<Signature, BlockLayout>();

function layoutOf({ kernel, signature, structural }: RunCommand): BlockLayout {
  let layout = layouts.get(signature);
  if (layout === undefined) {
    layout = {
      bindings: Object.keys(kernel.bindings).map((name) => signature.names.indexOf(name)),
      uniforms: Object.entries(kernel.uniforms).map(([field, type]) => ({
        field,
        isFloat: type === "f32",
      })),
      structural: Object.entries(kernel.structural).map(([name, values]) =>
        values.indexOf(structural[name])
      ),
    };
    layouts.set(signature, layout);
  }
  return layout;
}
