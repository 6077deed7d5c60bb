/**
 * The SIMD kernels: kernels in WebAssembly SIMD, compiled into one module when the CPU device opens.
 *
 * @module
 */
import { ATTENTION_SIMD } from "../attention/simd.ts";
import { CROSS_ENTROPY_SIMD } from "../cross_entropy/simd.ts";
import { ELEMENTWISE_SIMD } from "../elementwise/simd.ts";
import { EMBEDDING_SIMD } from "../embedding/simd.ts";
import { LAYER_NORM_SIMD } from "../layer_norm/simd.ts";
import { MATMUL_EPILOGUE_SIMD, MATMUL_ROW_SUMS_SIMD, MATMUL_SIMD } from "../matmul/simd.ts";
import { OPTIMIZER_SIMD } from "../optimizer/simd.ts";
import { POOLING_SIMD } from "../pooling/simd.ts";
import { REDUCE_SIMD } from "../reduce/simd.ts";
import { f32x4, i32 } from "./code.ts";
import { makeLibrary } from "./library.ts";
import { plainMultiplyAdd } from "./macro.ts";
import { ModuleBuilder } from "./module_builder.ts";
import { emitSimdKernel, type SimdKernel } from "./simd_kernel.ts";

export { MATMUL_EPILOGUE_SIMD, MATMUL_ROW_SUMS_SIMD } from "../matmul/simd.ts";
export { type Division, nameOf, SCRATCH_BYTES, type SimdKernel } from "./simd_kernel.ts";

/** Every SIMD kernel that computes a whole kernel, by the kernel's name. */
export const SIMD_KERNELS: ReadonlyMap<string, SimdKernel> = new Map(
  [
    MATMUL_SIMD,
    ...ELEMENTWISE_SIMD,
    ...LAYER_NORM_SIMD,
    ...REDUCE_SIMD,
    ...POOLING_SIMD,
    ...ATTENTION_SIMD,
    ...EMBEDDING_SIMD,
    ...CROSS_ENTROPY_SIMD,
    ...OPTIMIZER_SIMD,
  ].map((simd) => [simd.kernel.name, simd]),
);

/** Whether this engine supports WebAssembly SIMD. */
export function hasSimd(): boolean {
  const module = new ModuleBuilder();
  module.function([], "v128", () => f32x4.constant(0));
  return WebAssembly.validate(module.bytes(false, 1));
}

/** Whether this engine supports relaxed SIMD, which has the multiply-add. */
export function hasRelaxedSimd(): boolean {
  const module = new ModuleBuilder();
  module.function(["v128"], "v128", (f) => {
    const [x] = f.parameters;
    return f32x4.relaxedMultiplyAdd(x, x, x);
  });
  return WebAssembly.validate(module.bytes(false, 1));
}

/**
 * Whether the relaxed multiply-add of this processor rounds once: (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is then 2⁻²⁴, and 0 if the product is
 * rounded first. `memory`, `shared` and `pages` are those of {@linkcode simdModule}; the memory is not changed.
 */
export function fusesMultiplyAdd(
  memory: WebAssembly.Memory,
  shared: boolean,
  pages: number,
): boolean {
  const module = new ModuleBuilder();
  module.function(["i32"], "i32", (f) => {
    const x = f.local("v128", f32x4.constant(1 + 2 ** -12));
    const sum = f32x4.relaxedMultiplyAdd(x, x, f32x4.constant(-(1 + 2 ** -11)));
    return i32.fromF32Bits(f32x4.extract(sum, 0));
  }, "probe");
  const compiled = new WebAssembly.Module(module.bytes(shared, pages));
  const { exports } = new WebAssembly.Instance(compiled, { env: { memory } });
  return (exports.probe as CallableFunction)(0) !== 0;
}

/**
 * The bytes of the module that exports every SIMD kernel as a function of (address of the parameter block, first item, end,
 * address of scratch memory).
 *
 * @param relaxed whether to use the relaxed multiply-add
 * @param shared whether the memory that the module imports is shared between threads
 * @param pages maximum size of that memory, in pages of 64 KiB
 */
export function simdModule(
  relaxed: boolean,
  shared: boolean,
  pages: number,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const library = makeLibrary(module, relaxed ? f32x4.relaxedMultiplyAdd : plainMultiplyAdd);
  for (const simd of [...SIMD_KERNELS.values(), MATMUL_EPILOGUE_SIMD, MATMUL_ROW_SUMS_SIMD]) {
    emitSimdKernel(simd, module, library);
  }
  return module.bytes(shared, pages);
}
