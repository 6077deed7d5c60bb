/**
 * Kernels in WebAssembly SIMD, put together to one module when the device opens.
 *
 * @module
 */
import { f32x4, i32 } from "./code.ts";
import { ModuleBuilder } from "./module_builder.ts";
import { emitSimdKernel, type SimdKernel } from "./simd_kernel.ts";
import { makeLibrary } from "./library.ts";
import { ATTENTION_SIMD } from "../attention/simd.ts";
import { CROSS_ENTROPY_SIMD } from "../cross_entropy/simd.ts";
import { ELEMENTWISE_SIMD } from "../elementwise/simd.ts";
import { EMBEDDING_SIMD } from "../embedding/simd.ts";
import { LAYER_NORM_SIMD } from "../layer_norm/simd.ts";
import { matmulPath } from "../matmul/simd.ts";
import { epiloguePath } from "../matmul/simd_epilogue.ts";
import { OPTIMIZER_SIMD } from "../optimizer/simd.ts";
import { REDUCE_SIMD } from "../reduce/simd.ts";
import { SOFTMAX_SIMD } from "../softmax/simd.ts";
import { plainMultiplyAdd } from "./macro.ts";

export { type Division, nameOf, SCRATCH_BYTES, type SimdKernel } from "./simd_kernel.ts";

/** All fast paths by the name of their kernel. */
export const SIMD_KERNELS: ReadonlyMap<string, SimdKernel> = new Map(
  [
    matmulPath,
    ...ELEMENTWISE_SIMD,
    ...LAYER_NORM_SIMD,
    ...REDUCE_SIMD,
    ...SOFTMAX_SIMD,
    ...ATTENTION_SIMD,
    ...EMBEDDING_SIMD,
    ...CROSS_ENTROPY_SIMD,
    ...OPTIMIZER_SIMD,
  ].map((path) => [path.kernel.name, path]),
);

/** Bias and activation of a matrix product that something else has made. */
export const EPILOGUE_PATH: SimdKernel = epiloguePath;

/** Whether this engine has the relaxed multiply-add. */
export function hasRelaxedSimd(): boolean {
  const module = new ModuleBuilder();
  module.function(["v128"], "v128", (f) => {
    const [x] = f.parameters;
    return f32x4.relaxedMultiplyAdd(x, x, x);
  });
  return WebAssembly.validate(module.bytes(false, 1));
}

/** Whether this engine has SIMD at all. */
export function hasSimd(): boolean {
  const module = new ModuleBuilder();
  module.function([], "v128", () => f32x4.constant(0));
  return WebAssembly.validate(module.bytes(false, 1));
}

/**
 * Whether a relaxed multiply-add rounds once: (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ then, and 0 if the product is rounded by itself.
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

/** The bytes of the module with every fast path, importing a memory of up to `pages` pages. */
export function fastModule(
  relaxed: boolean,
  shared: boolean,
  pages: number,
): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder();
  const library = makeLibrary(module, relaxed ? f32x4.relaxedMultiplyAdd : plainMultiplyAdd);
  for (const path of [...SIMD_KERNELS.values(), EPILOGUE_PATH]) {
    emitSimdKernel(path, module, library);
  }
  return module.bytes(shared, pages);
}
