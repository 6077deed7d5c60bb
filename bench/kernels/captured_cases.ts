/**
 * Captures the kernel runs of a training step, forward and backward, at their real sizes.
 *
 * @module
 */
import { activeBindings, type Kernel, type KernelCase, type Uniforms } from "../../kernels/mod.ts";
import { type HostArray, PlanningDevice, type Run, type View } from "../../src/device/mod.ts";
import type { ModelConfig } from "../../src/model/mod.ts";
import { type StepSizes, TrainingStep } from "../step/training_step.ts";
import { KERNEL_SIZES, type NamedCase } from "./kernel_sizes.ts";

/** Uniforms that are not sizes. */
const NO_SIZES = new Set([
  ...["seed_low", "seed_high", "stream", "step", "first_example", "threshold", "slot"],
  ...["rows_per_example", "inner"],
]);

/** The distinct runs of a training step by kernel, in the order of their first occurrence. */
export async function capturedCases(
  config: ModelConfig,
  sizes: StepSizes,
): Promise<Record<string, NamedCase[]>> {
  const device = new CapturingDevice();
  const step = await TrainingStep.open(device, config, sizes);
  device.capturing = true;
  step.record(step.batch());
  step.update();
  return device.cases();
}

/** Records the kernel runs and the integers that the host writes for them. */
class CapturingDevice extends PlanningDevice {
  capturing = false;
  readonly #found = new Map<string, { kernel: Kernel; example: NamedCase }>();
  readonly #written = new Map<number, Uint32Array>();

  override write(view: View, data: HostArray): void {
    super.write(view, data);
    if (!(data instanceof Uint32Array)) return;
    const { buffer, offset } = view;
    let words = this.#written.get(buffer.id);
    if (words === undefined) this.#written.set(buffer.id, words = new Uint32Array(buffer.length));
    words.set(data, offset);
  }

  override run(kernel: Kernel, run: Run): void {
    super.run(kernel, run);
    if (!this.capturing) return;
    const { uniforms, structural = {} } = run;
    const key = JSON.stringify([kernel.name, structural, sizesOf(kernel, uniforms)]);
    if (!this.#found.has(key)) this.#found.set(key, { kernel, example: this.#case(kernel, run) });
  }

  cases(): Record<string, NamedCase[]> {
    const byKernel: Record<string, NamedCase[]> = {};
    for (const { kernel, example } of this.#found.values()) {
      (byKernel[kernel.name] ??= []).push(example);
    }
    return byKernel;
  }

  #case(kernel: Kernel, { bindings, uniforms, structural = {} }: Run): NamedCase {
    const names = activeBindings(kernel, structural);
    const words = names.flatMap((name) => {
      const { buffer, offset, length } = bindings[name];
      const written = this.#written.get(buffer.id)?.slice(offset, offset + length);
      return written === undefined ? [] : [[name, () => written] as const];
    });
    return {
      size: sizeText(kernel, uniforms),
      structural,
      uniforms,
      lengths: Object.fromEntries(names.map((name) => [name, bindings[name].length])),
      fill: { ...numbersFor(kernel), ...Object.fromEntries(words) },
    };
  }
}

/** Fill functions of f32 bindings whose values must not be arbitrary. */
function numbersFor(kernel: Kernel): NonNullable<KernelCase["fill"]> {
  const fill = KERNEL_SIZES[kernel.name]?.[0].fill ?? {};
  return Object.fromEntries(
    Object.entries(fill).filter(([name]) => kernel.bindings[name]?.type === "f32"),
  );
}

function sizesOf(kernel: Kernel, uniforms: Uniforms): Uniforms {
  return Object.fromEntries(
    Object.entries(uniforms).filter(([name]) =>
      kernel.uniforms[name] === "u32" && !NO_SIZES.has(name)
    ),
  );
}

/** Formats the size of a run: `2048×768×768`, `12 of 128×128×64`, `2048×256`, `1.5 Mi`. */
function sizeText(kernel: Kernel, uniforms: Uniforms): string {
  const { m, n, k, batch, rows, columns, count } = uniforms;
  if (m !== undefined) return `${batch > 1 ? `${batch} of ` : ""}${m}×${n}×${k}`;
  if (rows !== undefined && columns !== undefined) return `${rows}×${columns}`;
  if (count !== undefined) {
    return columns !== undefined ? `${count}×${columns}` : `${(count / 2 ** 20).toFixed(2)} Mi`;
  }
  return Object.entries(sizesOf(kernel, uniforms)).map(([name, value]) => `${name} ${value}`)
    .slice(0, 4).join(", ");
}
