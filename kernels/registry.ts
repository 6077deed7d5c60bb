/**
 * Every kernel, for tests, benchmarks and devices that need all of them.
 *
 * @module
 */
import * as attention from "./attention/kernel.ts";
import * as crossEntropy from "./cross_entropy/kernel.ts";
import * as elementwise from "./elementwise/kernel.ts";
import * as embedding from "./embedding/kernel.ts";
import * as half from "./half/kernel.ts";
import type { Kernel } from "./kernel.ts";
import * as layerNorm from "./layer_norm/kernel.ts";
import * as loss from "./loss/kernel.ts";
import * as matmul from "./matmul/kernel.ts";
import * as matmulHalf from "./matmul/half.ts";
import { matmulAddParts, matmulHalfParts, matmulParts } from "./matmul/parts.ts";
import * as optimizer from "./optimizer/kernel.ts";
import * as pooling from "./pooling/kernel.ts";
import * as reduce from "./reduce/kernel.ts";

/**
 * Raised whenever a kernel, or the order in which operations use kernels, gives other bytes for the same numbers. A run resumes only
 * under the version that it started with.
 */
export const NUMERICS_VERSION = 3;

/** Every kernel, family by family. */
export const KERNELS: readonly Kernel[] = [
  elementwise,
  layerNorm,
  attention,
  pooling,
  embedding,
  crossEntropy,
  reduce,
  optimizer,
  loss,
  matmul,
  half,
  matmulHalf,
  { matmulParts, matmulHalfParts, matmulAddParts },
].flatMap((family) => Object.values<Kernel>(family));
