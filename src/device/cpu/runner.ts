/**
 * Computes runs: by a system's BLAS where one was asked for, by a fast path where there is one, else by the kernel's reference.
 *
 * @module
 */
import { matmulMatmul } from "../../../kernels/mod.ts";
import type { RunCommand } from "../recording.ts";
import type { Blas } from "./blas.ts";
import { layoutOf } from "./block_layout.ts";
import { ADDRESS } from "./control.ts";
import { EPILOGUE_PATH, nameOf, SIMD_KERNELS, type SimdKernel } from "../../../kernels/simd/mod.ts";
import type { Pool } from "./pool.ts";
import type { Place, Storage } from "./storage.ts";

/** A reference is cut into this many slices at most; a fast path says itself how it is cut. */
const REFERENCE_SLICES = 64;
/** Operations and bytes that a slice of a reference should have at least. */
const REFERENCE_EFFORT = 20_000;
/** Words of a parameter block, of all kernels'. */
const BLOCK_WORDS = (ADDRESS.uniforms - ADDRESS.parameters) / 4;
const NOWHERE: Place = { address: 0, length: 0 };

/** What computes on a device. */
export class Runner {
  /** `functions` holds the module's functions by name: none where there is no SIMD. */
  constructor(
    readonly storage: Storage,
    readonly pool: Pool,
    readonly functions: ReadonlyMap<string, number>,
    readonly blas: Blas | null,
  ) {}

  /** Computes one run and returns the name of the implementation that did. */
  execute(command: RunCommand): string {
    const { kernel } = command;
    const path = SIMD_KERNELS.get(kernel.name);
    if (path !== undefined && path.kernel === kernel && this.functions.size > 0) {
      if (this.blas !== null && kernel === matmulMatmul && command.uniforms.k > 0) {
        this.#multiply(this.blas, command);
        return "blas";
      }
      this.#runFast(command, path);
      return "simd";
    }
    if (this.pool.knows(kernel)) this.#runReference(command);
    else this.#runHere(command);
    return "reference";
  }

  #runFast(command: RunCommand, path: SimdKernel): void {
    const { structural, uniforms } = command;
    const division = path.divide(uniforms, structural);
    const layout = layoutOf(command);
    const { buffer } = this.storage.heap.memory;
    const words = new Uint32Array(buffer, ADDRESS.parameters, BLOCK_WORDS);
    const floats = new Float32Array(buffer, ADDRESS.parameters, BLOCK_WORDS);
    let next = 0;
    for (const at of layout.bindings) words[next++] = this.#placeAt(command, at).address;
    for (const { field, isFloat } of layout.uniforms) {
      (isFloat ? floats : words)[next++] = uniforms[field];
    }
    for (const value of layout.structural) words[next++] = value;
    for (const value of division.extra ?? []) words[next++] = value;
    const index = this.functions.get(nameOf(path))!;
    this.pool.runFast(index, division, effortOf(command));
  }

  #runReference(command: RunCommand): void {
    const { kernel, structural, uniforms } = command;
    const items = kernel.items(uniforms, structural);
    const effort = effortOf(command);
    const slices = Math.max(1, Math.min(REFERENCE_SLICES, Math.floor(effort / REFERENCE_EFFORT)));
    const grain = Math.max(1, Math.ceil(items / slices));
    const places = layoutOf(command).bindings.map((at) => this.#placeAt(command, at));
    this.pool.runReference(kernel, structural, uniforms, places, { items, grain }, effort);
  }

  /** A kernel that is not registered is known to this thread alone. */
  #runHere({ kernel, structural, uniforms, names, views }: RunCommand): void {
    const arrays = Object.fromEntries(names.map((name, i) => [name, this.storage.array(views[i])]));
    kernel.reference(arrays, uniforms, structural, 0, kernel.items(uniforms, structural));
  }

  /** The products by BLAS, one after another; bias and activation, if any, by the fast path's epilogue. */
  #multiply(blas: Blas, command: RunCommand): void {
    const { uniforms, structural, names, views } = command;
    const { m, n, k, lda, ldb, ldc, batch, inner, alpha } = uniforms;
    if (m === 0 || n === 0) return;
    const addressOf = (name: string) => this.storage.placeOf(views[names.indexOf(name)]).address;
    const activated = structural.activation !== "none";
    const [a, b] = [addressOf("a"), addressOf("b")];
    const c = addressOf(activated ? "preactivation" : "c");
    for (let z = 0; z < batch; z++) {
      const within = z % inner;
      const outer = (z - within) / inner;
      const offset = (operand: string) =>
        4 * (outer * uniforms[`${operand}_outer`] + within * uniforms[`${operand}_inner`]);
      blas.multiply({
        transposeA: structural.transpose_a === true,
        transposeB: structural.transpose_b === true,
        ...{ m, n, k, alpha, lda, ldb, ldc },
        a: a + offset("a"),
        b: b + offset("b"),
        beta: structural.accumulate ? 1 : 0,
        c: c + offset("c"),
      });
    }
    if (structural.bias || activated) this.#runFast(command, EPILOGUE_PATH);
  }

  /** The place of binding `at` of the run; {@linkcode NOWHERE} for one that it has not. */
  #placeAt({ views }: RunCommand, at: number): Place {
    return at < 0 ? NOWHERE : this.storage.placeOf(views[at]);
  }
}

function effortOf({ kernel, uniforms, structural }: RunCommand): number {
  const { flops, bytes } = kernel.work(uniforms, structural);
  return flops + bytes;
}
