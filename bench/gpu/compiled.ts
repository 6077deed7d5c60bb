/**
 * Compiles a training step with the compilers of GPU drivers and tabulates registers, spills, occupancy and instructions.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Structural } from "../../kernels/mod.ts";
import { tableOf } from "../table.ts";
import { type Isa, type LoopSummary, type Mix, summarize } from "./assembly.ts";
import type { CompileAnswer, CompiledPipeline, CompileRequest } from "./compile_step.ts";

/** GPUs whose compilers are measured: names of `run.sh` and of `kernels plan`. */
export const COMPILED_GPUS = ["rdna3", "sm86", "arc"] as const;

/** One of {@linkcode COMPILED_GPUS}. */
export type CompiledGpu = typeof COMPILED_GPUS[number];

const ISAS: Readonly<Record<CompiledGpu, Isa>> = { rdna3: "amd", sm86: "nvidia", arc: "intel" };

const COMPILERS: Readonly<Record<CompiledGpu, string>> = {
  rdna3: "AMD RDNA3 (Navi 31), ACO of RADV",
  sm86: "NVIDIA sm_86 (GA102), NAK of NVK",
  arc: "Intel Arc (DG2), the compiler of ANV",
};

/** What a compiler made of a pipeline. */
export interface PipelineResult extends Omit<CompiledPipeline, "error"> {
  readonly subgroupSize: number;
  /** Registers of an invocation. */
  readonly registers: number;
  /** Registers that are stored to memory, and loads of them. */
  readonly spills: number;
  readonly fills: number;
  /** Bytes of workgroup memory; null if the compiler does not report them. */
  readonly localBytes: number | null;
  /** Subgroups that fit a core at once, by registers. */
  readonly subgroupsPerCore: number;
  /** Whether the next loads precede the multiply-adds of a stage. */
  readonly loadsAhead: boolean;
  readonly whole: Mix;
  readonly hot: Mix;
  readonly inner: Mix | null;
  readonly outer: Mix | null;
}

/** The pipelines of a training step on a GPU. */
export interface CompiledStep {
  readonly gpu: CompiledGpu;
  readonly compiler: string;
  readonly config: string;
  readonly batch: number;
  readonly sequence: number;
  readonly pipelines: readonly PipelineResult[];
}

/** Options of {@linkcode compileStep}. */
export interface CompileOptions extends CompileRequest {
  /** Folder that `setup.sh` made. */
  readonly root: string;
  /** Flags of `deno run` that select the configuration. */
  readonly flags: readonly string[];
}

/**
 * Compiles a step for a GPU.
 *
 * @throws {Error} if the driver does not start, or a pipeline does not compile.
 */
export async function compileStep(
  gpu: CompiledGpu,
  { root, flags, ...request }: CompileOptions,
): Promise<CompiledStep> {
  const dump = await Deno.makeTempDir({ prefix: "compiled-" });
  try {
    const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
    const { success, stdout, stderr } = await new Deno.Command("bash", {
      args: [
        ...[here("run.sh"), root, gpu, Deno.execPath(), "run", "--quiet", "--allow-all", ...flags],
        ...[here("compile_step.ts"), JSON.stringify(request)],
      ],
      env: { DUMP: dump },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    if (!success) {
      throw new Error(`Cannot compile for ${gpu}: ${decoder.decode(stderr).trim().slice(-2000)}`);
    }
    const answer = JSON.parse(decoder.decode(stdout).trim().split("\n").at(-1)!) as CompileAnswer;
    return {
      gpu,
      compiler: COMPILERS[gpu],
      ...{ config: request.config, batch: request.batch, sequence: request.sequence },
      pipelines: await readDump(gpu, dump, answer),
    };
  } finally {
    await Deno.remove(dump, { recursive: true });
  }
}

/** The dump has the probes of the adapter first, then the pipelines in order. */
async function readDump(
  gpu: CompiledGpu,
  folder: string,
  { pipelines }: CompileAnswer,
): Promise<PipelineResult[]> {
  const failed = pipelines.find(({ error }) => error !== null);
  if (failed !== undefined) {
    throw new Error(
      `Cannot compile ${failed.kernel}/${failed.variant} for ${gpu}: ${failed.error}`,
    );
  }
  const files = (await Array.fromAsync(Deno.readDir(folder)))
    .filter(({ name }) => name.endsWith(".asm")).map(({ name }) => name).sort();
  const first = files.length - pipelines.length;
  if (first < 0) {
    throw new Error(`The driver wrote ${files.length} pipelines of ${pipelines.length}`);
  }
  return await Promise.all(pipelines.map(async ({ error: _, ...pipeline }, i) => {
    const name = `${folder}/${files[first + i]}`;
    const assembly = await Deno.readTextFile(name);
    const statistics = readStatistics(await Deno.readTextFile(name.replace(/asm$/, "txt")));
    const summary: LoopSummary = summarize(ISAS[gpu], assembly);
    return {
      ...pipeline,
      ...RESOURCES[gpu](statistics),
      ...summary,
    };
  }));
}

/** `Name: number` lines. */
function readStatistics(text: string): (name: string) => number {
  const values = new Map(
    [...text.matchAll(/^(.+): ([\d.]+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  );
  return (name) => {
    const value = values.get(name);
    if (value === undefined) {
      throw new Error(`The driver reports no "${name}", but ${[...values.keys()].join(", ")}`);
    }
    return value;
  };
}

type Resources = Pick<
  PipelineResult,
  "subgroupSize" | "registers" | "spills" | "fills" | "localBytes" | "subgroupsPerCore"
>;

/** Registers and occupancy from the statistics of a driver. */
const RESOURCES: Readonly<
  Record<CompiledGpu, (statistics: (name: string) => number) => Resources>
> = {
  rdna3: (of) => {
    const subgroupSize = of("Subgroup size");
    return {
      subgroupSize,
      registers: of("VGPRs"),
      spills: of("Spilled VGPRs"),
      fills: of("Spilled VGPRs"),
      localBytes: of("LDS size"),
      // Two SIMDs per compute unit; RADV counts subgroups of 32.
      subgroupsPerCore: 2 * Math.floor(of("Subgroups per SIMD") * 32 / subgroupSize),
    };
  },
  sm86: (of) => ({
    subgroupSize: of("Subgroup size"),
    registers: of("Number of GPRs"),
    // Bytes of an invocation's stack.
    spills: of("SLM Size") / 4,
    fills: of("SLM Size") / 4,
    localBytes: null,
    // 64 Ki registers per multiprocessor, allocated in eights; at most 48 subgroups.
    subgroupsPerCore: Math.min(
      48,
      Math.floor(65_536 / (32 * Math.ceil(of("Number of GPRs") / 8) * 8)),
    ),
  }),
  arc: (of) => ({
    subgroupSize: of("Subgroup size"),
    // A thread has 128 registers of 32 bytes, one for a value of 8 invocations.
    registers: Math.min(128, of("Max live registers")) * 8 / of("Subgroup size"),
    spills: of("Spill Count"),
    fills: of("Fill Count"),
    localBytes: of("Workgroup Memory Size"),
    // 16 vector engines of 8 threads per core.
    subgroupsPerCore: 128,
  }),
};

/** Structural parameters that are not off: `transpose_b bias activation=gelu_new`. */
export function structuralText(structural: Structural): string {
  return Object.entries(structural)
    .filter(([, value]) => value !== false && value !== "none")
    .map(([name, value]) => value === true ? name : `${name}=${value}`).join(" ");
}

/** Share of multiply-adds in the straight code that has the most of them. */
export function fmaShare({ hot }: Pick<PipelineResult, "hot">): number {
  return hot.instructions === 0 ? 0 : (hot.kinds.fma ?? 0) / hot.instructions;
}

/** The table of a GPU as a page. */
export function compiledPage(
  { compiler, config, batch, sequence, pipelines }: CompiledStep,
): string {
  const rows = pipelines.map((one) => {
    const { hot, calls } = one;
    const count = (...kinds: (keyof Mix["kinds"])[]) =>
      String(kinds.reduce((sum, kind) => sum + (hot.kinds[kind] ?? 0), 0));
    return [
      `${one.kernel} ${structuralText(one.structural)}`.trim(),
      one.variant,
      String(calls.f32 ?? ""),
      String(calls.f16 ?? ""),
      String(one.invocations),
      String(one.subgroupSize),
      String(one.registers),
      one.spills + one.fills === 0 ? "0" : `${one.spills}/${one.fills}`,
      one.localBytes === null ? "" : String(one.localBytes),
      String(one.subgroupsPerCore),
      String(one.whole.instructions),
      String(hot.instructions),
      fmaShare(one).toFixed(2),
      count("float"),
      count("integer", "scalar"),
      count("convert", "special"),
      count("local load", "local store"),
      count("global load", "global store"),
      count("scratch"),
      count("barrier", "control"),
    ];
  });
  return [
    `# ${compiler}\n`,
    "Written by `deno task bench compile --update-results`; nothing ran.\n",
    `All pipelines of a training step of ${config}, batch ${batch}, ${sequence} tokens, and all other variants of the`,
    "matrix multiplications. `f32` and `f16` are the dispatches of a step in that precision; empty if the GPU does not use",
    "the variant by default. `subgroups` are those that fit a core by registers. The columns from `hot` describe the straight code with the most",
    "multiply-adds: its instructions, the share of multiply-adds, and the numbers of other instructions.\n",
    tableOf([
      ...["kernel", "variant", "f32", "f16", "workgroup", "subgroup", "registers", "spills/fills"],
      ...["local bytes", "subgroups", "instructions", "hot", "FMA share", "float", "integer"],
      ...["convert, special", "local", "global", "scratch", "barrier, control"],
    ], rows),
    "",
  ].join("\n");
}
