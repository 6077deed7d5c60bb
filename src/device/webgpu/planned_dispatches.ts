/**
 * The dispatches that a program would make on a described adapter.
 *
 * @module
 */
import {
  activeBindings,
  type Kernel,
  shaderOf,
  type Structural,
  type Uniforms,
  type Variant,
  workgroupInvocations,
} from "../../../kernels/mod.ts";
import type { Run } from "../device.ts";
import { checkPlan, checkStorageBuffers, chooseVariant } from "./choose.ts";
import type { DescribedAdapter } from "./described_adapter.ts";

/** One dispatch. */
export interface PlannedDispatch {
  /** The kernel. */
  readonly kernel: Kernel;
  /** The variant that the adapter uses by default. */
  readonly variant: Variant;
  /** Structural parameters of the run. */
  readonly structural: Structural;
  /** Sizes and scalars of the run. */
  readonly uniforms: Uniforms;
  /** Number of workgroups, over all dimensions. */
  readonly workgroups: number;
  /** Number of invocations in all workgroups. */
  readonly invocations: number;
  /** Floating-point operations. */
  readonly flops: number;
  /** Least bytes read and written. */
  readonly bytes: number;
}

/** Plans runs as a WebGPU device does before it has measured anything: with the default variants. */
export class DispatchPlan {
  /** The dispatches so far, in order. */
  readonly dispatches: PlannedDispatch[] = [];
  readonly #invocations = new Map<string, number>();

  /** Starts an empty plan for an adapter. */
  constructor(readonly adapter: DescribedAdapter) {}

  /**
   * Adds a run; to be called by a {@linkcode PlanningDevice}.
   *
   * @throws {DeviceError} if no variant supports it, or it binds too many buffers.
   */
  add(kernel: Kernel, { structural = {}, uniforms }: Run): void {
    const { capabilities, maxStorageBuffers } = this.adapter;
    const context = { structural, uniforms, capabilities };
    const variant = chooseVariant(kernel, context);
    const textures = variant.textures?.(context);
    const size = variant.workgroups(context);
    checkPlan(kernel, variant, size, textures, capabilities);
    const buffers = activeBindings(kernel, structural).length - Object.keys(textures ?? {}).length;
    checkStorageBuffers(`${kernel.name}/${variant.name}`, buffers, maxStorageBuffers);
    const workgroups = size[0] * size[1] * size[2];
    this.dispatches.push({
      ...{ kernel, variant, structural, uniforms, workgroups },
      invocations: workgroups * this.#workgroupInvocations(kernel, variant, structural),
      ...kernel.work(uniforms, structural),
    });
  }

  #workgroupInvocations(kernel: Kernel, variant: Variant, structural: Structural): number {
    const { capabilities } = this.adapter;
    const key = JSON.stringify([kernel.name, variant.name, structural]);
    let count = this.#invocations.get(key);
    if (count === undefined) {
      count = workgroupInvocations(
        shaderOf(kernel, variant, structural, capabilities),
        variant.constants?.(structural, capabilities),
      );
      this.#invocations.set(key, count);
    }
    return count;
  }
}
