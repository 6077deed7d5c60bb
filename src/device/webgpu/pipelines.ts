/**
 * Compiles pipelines, once per kernel, structural parameters and variant, with layouts from the kernel's signature.
 *
 * @module
 */
import {
  type Capabilities,
  type Kernel,
  shaderOf,
  type Structural,
  type TextureOperand,
  type Variant,
} from "../../../kernels/mod.ts";
import type { Signature } from "../signature.ts";
import { checkStorageBuffers } from "./choose.ts";
import type { Faults } from "./faults.ts";

/** A compiled kernel. */
export interface Pipeline {
  readonly id: number;
  /** `kernel/variant`, for errors. */
  readonly label: string;
  readonly gpu: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Size of the uniform block, padded to a multiple of 16 bytes. */
  readonly uniformBytes: number;
}

/** Compiles and caches the pipelines of a device. */
export class Pipelines {
  readonly #gpu: GPUDevice;
  readonly #capabilities: Capabilities;
  readonly #faults: Faults;
  readonly #known = new WeakMap<Variant, Map<string, Pipeline>>();
  #count = 0;

  constructor(gpu: GPUDevice, capabilities: Capabilities, faults: Faults) {
    this.#gpu = gpu;
    this.#capabilities = capabilities;
    this.#faults = faults;
  }

  get count(): number {
    return this.#count;
  }

  /** The pipeline of a variant. `textures` are the operands that it reads as textures. */
  get(
    kernel: Kernel,
    variant: Variant,
    structural: Structural,
    signature: Signature,
    textures: Readonly<Record<string, TextureOperand>> | undefined,
  ): Pipeline {
    let known = this.#known.get(variant);
    if (known === undefined) this.#known.set(variant, known = new Map());
    const key = textures === undefined
      ? signature.key
      : `${signature.key}${Object.keys(textures).join(" ")}`;
    let pipeline = known.get(key);
    if (pipeline === undefined) {
      pipeline = this.#compile(kernel, variant, structural, signature, textures ?? {});
      known.set(key, pipeline);
    }
    return pipeline;
  }

  #compile(
    kernel: Kernel,
    variant: Variant,
    structural: Structural,
    signature: Signature,
    textures: Readonly<Record<string, TextureOperand>>,
  ): Pipeline {
    const label = `${kernel.name}/${variant.name}`;
    const buffers = signature.names.length - Object.keys(textures).length;
    checkStorageBuffers(label, buffers, this.#gpu.limits.maxStorageBuffersPerShaderStage);
    const code = shaderOf(kernel, variant, structural, this.#capabilities);
    const constants = variant.constants?.(structural, this.#capabilities) ?? {};
    const uniformBytes = Math.max(Math.ceil(Object.keys(kernel.uniforms).length / 4) * 16, 16);
    this.#gpu.pushErrorScope("validation");
    const module = this.#gpu.createShaderModule({ code, label });
    const layout = this.#gpu.createBindGroupLayout({
      label,
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: uniformBytes },
        },
        ...signature.names.map((name, i): GPUBindGroupLayoutEntry => ({
          binding: i + 1,
          visibility: GPUShaderStage.COMPUTE,
          ...name in textures
            ? { storageTexture: { access: "read-only", format: textures[name].format } }
            : { buffer: { type: signature.writes[i] ? "storage" : "read-only-storage" } },
        })),
      ],
    });
    const gpu = this.#gpu.createComputePipeline({
      label,
      layout: this.#gpu.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main", constants: { ...constants } },
    });
    this.#faults.await(
      this.#gpu.popErrorScope().then(async (error) => {
        if (error !== null) this.#faults.explain(await compileError(label, module, error));
      }),
    );
    return { id: this.#count++, label, gpu, layout, uniformBytes };
  }
}

/** The first error of the shader and its line. */
async function compileError(
  label: string,
  module: GPUShaderModule,
  error: GPUError,
): Promise<string> {
  const { messages } = await module.getCompilationInfo();
  const first = messages.find(({ type }) => type === "error");
  if (first === undefined) return `Cannot compile ${label}: ${error.message}`;
  return `Cannot compile ${label}, line ${first.lineNum}: ${headline(first.message)}`;
}

/** The first line of a message without prefix. Deno's messages start with `Shader 'label' parsing error: reason` and quote the source. */
function headline(message: string): string {
  const lines = message.trim().split("\n");
  return /error: (.+)/.exec(message)?.[1] ?? lines[0];
}
