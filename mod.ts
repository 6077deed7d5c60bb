/**
 * ALBERT on WebGPU: the shared-layer encoder, its tokenizer, its pretraining and finetuning, on any GPU, in Deno and in browsers.
 *
 * @example Fill in a mask
 * ```ts ignore
 * import { loadPretrained, openDevice } from "jsr:@albert-lab/albert";
 *
 * const device = await openDevice({ device: "auto" });
 * const albert = await loadPretrained("runs/books/checkpoints/step-1000", device);
 * console.log(await albert.fillMask("The cat sat on the [MASK]."));
 * ```
 *
 * @module
 */
export * from "./src/benchmarks/mod.ts";
export * from "./src/data/mod.ts";
export * from "./src/device/mod.ts";
export * from "./src/model/mod.ts";
export * from "./src/optim/mod.ts";
export * from "./src/tensor/mod.ts";
export * from "./src/text/mod.ts";
export * from "./src/text/training/mod.ts";
export * from "./src/train/mod.ts";
export * from "./src/train/finetune/mod.ts";
export * from "./src/weights/mod.ts";
export * from "./kernels/mod.ts";
export { IGNORED_LABEL } from "./src/tensor/mod.ts";
