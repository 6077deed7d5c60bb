/**
 * Kernels in WebAssembly SIMD, put together to one module when the device opens.
 *
 * @module
 */
import { f32x4, i32 } from "../wasm/code.ts";
import { ModuleBuilder } from "../wasm/module_builder.ts";
import { emitFastPath, type FastPath } from "./fast_path.ts";
import { makeLibrary } from "./library.ts";
import { ATTENTION_PATHS } from "./attention.ts";
import { CROSS_ENTROPY_PATHS } from "./cross_entropy.ts";
import { ELEMENTWISE_PATHS } from "./elementwise.ts";
import { EMBEDDING_PATHS } from "./embedding.ts";
import { LAYER_NORM_PATHS } from "./layer_norm.ts";
import { matmulPath } from "./matmul.ts";
import { epiloguePath } from "./matmul_epilogue.ts";
import { OPTIMIZER_PATHS } from "./optimizer.ts";
import { REDUCE_PATHS } from "./reduce.ts";
import { SOFTMAX_PATHS } from "./softmax.ts";
import { plainMultiplyAdd } from "./macro.ts";

export { type Division, type FastPath, nameOf, SCRATCH_BYTES } from "./fast_path.ts";

/** All fast paths by the name of their kernel. */
export const FAST_PATHS: ReadonlyMap<string, FastPath> = new Map(
  [
    matmulPath,
    ...ELEMENTWISE_PATHS,
    ...LAYER_NORM_PATHS,
    ...REDUCE_PATHS,
    ...SOFTMAX_PATHS,
    ...ATTENTION_PATHS,
    ...EMBEDDING_PATHS,
    ...CROSS_ENTROPY_PATHS,
    ...OPTIMIZER_PATHS,
  ].map((path) => [path.kernel.name, path]),
);

/** Bias and activation of a matrix product that something else has made. */
export const EPILOGUE_PATH: FastPath = epiloguePath;

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
  for (const path of [...FAST_PATHS.values(), EPILOGUE_PATH]) emitFastPath(path, module, library);
  return module.bytes(shared, pages);
}
