/**
 * Compiles the pipelines of a training step on this machine's adapter. `compiled.ts` runs it with a driver that writes what it compiles.
 *
 * Arguments: a JSON object of {@linkcode CompileRequest}. Prints a JSON object of {@linkcode CompileAnswer}.
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
} from "../../kernels/mod.ts";
import {
  type DescribedAdapter,
  DispatchPlan,
  namedAdapter,
  requestAccess,
} from "../../src/device/mod.ts";
import { planPretrainingStep } from "../../src/pretraining/mod.ts";
import type { Precision } from "../../src/train/mod.ts";
import { usualPredictions } from "../step/training_step.ts";
import { benchConfig } from "../workload.ts";

/** What to compile. */
export interface CompileRequest {
  readonly config: string;
  readonly batch: number;
  readonly sequence: number;
  readonly precisions: readonly Precision[];
  /** Named adapters whose pipelines are compiled too. */
  readonly adapters: readonly string[];
}

/** One pipeline. */
export interface CompiledPipeline {
  readonly kernel: string;
  readonly variant: string;
  readonly structural: Structural;
  /** Dispatches of a step in each precision that use it by default. */
  readonly calls: Readonly<Partial<Record<Precision, number>>>;
  /** Invocations of a workgroup. */
  readonly invocations: number;
  readonly tuning: Readonly<Record<string, number>>;
  /** Elements along k between two barriers, of matmuls whose WGSL has the constant DEPTH. */
  readonly depth: number | null;
  /** Message of the compiler, if it failed. */
  readonly error: string | null;
}

/** What was compiled, in the order of the compilations that did not fail in validation. */
export interface CompileAnswer {
  readonly adapter: string;
  readonly pipelines: readonly CompiledPipeline[];
}

interface Candidate {
  readonly kernel: Kernel;
  readonly variant: Variant;
  readonly structural: Structural;
  readonly calls: Partial<Record<Precision, number>>;
}

/** The pipelines of the step on this adapter and on named ones, and of all variants of the matmuls that this adapter supports. */
function candidatesOf(own: DescribedAdapter, request: CompileRequest): Candidate[] {
  const found = new Map<string, Candidate>();
  const add = (kernel: Kernel, variant: Variant, structural: Structural): Candidate => {
    const key = JSON.stringify([kernel.name, variant.name, structural]);
    const known = found.get(key) ?? { kernel, variant, structural, calls: {} };
    found.set(key, known);
    return known;
  };
  const adapters = [own, ...request.adapters.map((name) => namedAdapter(name)!)];
  for (const precision of request.precisions) {
    for (const adapter of adapters) {
      const plan = new DispatchPlan(adapter);
      const predictions = usualPredictions(request.sequence);
      const { config, batch, sequence } = request;
      planPretrainingStep(benchConfig(config), batch, sequence, predictions, {
        limits: adapter.limits,
        onRun: (kernel, run) => plan.add(kernel, run),
        precision,
      });
      for (const { kernel, variant, structural, uniforms } of plan.dispatches) {
        const supported = variant.supports({
          structural,
          uniforms,
          capabilities: own.capabilities,
        });
        if (supported) {
          const { calls } = add(kernel, variant, structural);
          if (adapter === own) calls[precision] = (calls[precision] ?? 0) + 1;
        }
        if (kernel.name.startsWith("matmul.")) {
          for (const other of othersOf(kernel, structural, uniforms, own)) {
            add(kernel, other, structural);
          }
        }
      }
    }
  }
  return [...found.values()];
}

function othersOf(
  kernel: Kernel,
  structural: Structural,
  uniforms: Uniforms,
  { capabilities }: DescribedAdapter,
): Variant[] {
  const context = { structural, uniforms, capabilities };
  return kernel.variants.filter((variant) => variant.supports(context));
}

/** Compiles everything that a request asks for. */
async function compile(request: CompileRequest): Promise<CompileAnswer> {
  const access = await requestAccess();
  if (access === null) throw new Error("There is no WebGPU adapter");
  const { gpu, capabilities, limits, description } = access;
  const own: DescribedAdapter = {
    name: description.adapter,
    capabilities,
    limits,
    maxStorageBuffers: gpu.limits.maxStorageBuffersPerShaderStage,
  };
  const pipelines: CompiledPipeline[] = [];
  for (const { kernel, variant, structural, calls } of candidatesOf(own, request)) {
    const code = shaderOf(kernel, variant, structural, capabilities);
    const constants = { ...variant.constants?.(structural, capabilities) };
    const label = `${kernel.name}/${variant.name}`;
    const uniformBytes = Math.max(Math.ceil(Object.keys(kernel.uniforms).length / 4) * 16, 16);
    gpu.pushErrorScope("validation");
    const module = gpu.createShaderModule({ code, label });
    const layout = gpu.createBindGroupLayout({
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: uniformBytes },
        },
        ...activeBindings(kernel, structural).map((name, i): GPUBindGroupLayoutEntry => ({
          binding: i + 1,
          visibility: GPUShaderStage.COMPUTE,
          buffer: {
            type: kernel.bindings[name].access === "read_write" ? "storage" : "read-only-storage",
          },
        })),
      ],
    });
    gpu.createComputePipeline({
      label,
      layout: gpu.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main", constants },
    });
    const error = await gpu.popErrorScope();
    const depth = /^const DEPTH: u32 = (\d+);/m.exec(code)?.[1];
    pipelines.push({
      kernel: kernel.name,
      variant: variant.name,
      structural,
      calls,
      invocations: workgroupInvocations(code, constants),
      tuning: variant.tuning ?? {},
      depth: depth === undefined ? null : Number(depth),
      error: error?.message.split("\n")[0] ?? null,
    });
  }
  return { adapter: description.adapter, pipelines };
}

if (import.meta.main) {
  console.log(JSON.stringify(await compile(JSON.parse(Deno.args[0]))));
  Deno.exit();
}
