/**
 * Runs the benchmarks of all targets, each in a separate process.
 *
 * @module
 */
import type { GrowthBench } from "../growth.ts";
import type { LoadBench } from "../load.ts";
import type { PeersReport } from "../peers.ts";
import type { StepBench } from "../step/step.ts";
import type { TokenizerResult } from "../tokenizer.ts";

/** Results by part. A part that failed is absent. */
export interface SuiteResults {
  readonly peers?: PeersReport;
  readonly steps: Readonly<Partial<Record<StepName, StepBench>>>;
  /** albert-base on WebGPU with recomputed layers, for its memory. */
  readonly recomputed?: StepBench;
  readonly loads: Readonly<Partial<Record<"webgpu" | "cpu", LoadBench>>>;
  readonly tokenizers?: readonly TokenizerResult[];
  readonly growth?: GrowthBench;
  /** Errors of the parts that failed. */
  readonly absent: Readonly<Record<string, string>>;
}

/** Devices of this project. `blas` is the CPU device with a BLAS library of the system. */
const STEP_DEVICES = ["webgpu", "cpu", "blas"] as const;
/** Models whose step is measured. */
const STEP_MODELS = ["reference", "albert-base"] as const;
/** One of the measured steps. */
export type StepName = `${typeof STEP_MODELS[number]} ${typeof STEP_DEVICES[number]}`;

/** Runs `deno task bench …` and returns the JSON that it prints. */
export type RunBench = (args: readonly string[]) => Promise<unknown>;

/** Options of {@linkcode runSuite}. */
export interface SuiteOptions {
  /** A Python interpreter with PyTorch and sentencepiece. */
  readonly python: string;
  /** Selects the parts whose name contains this text. */
  readonly only?: string;
  /** Called before each part. */
  readonly onPart?: (name: string) => void;
}

const DEVICE_FLAGS = {
  webgpu: ["--device", "webgpu"],
  cpu: ["--device", "cpu", "--blas", "none"],
  blas: ["--device", "cpu", "--blas", "auto"],
};

const MODEL_FLAGS = {
  "reference": ["--batch-size", "16"],
  "albert-base": ["--config", "albert-base-v2", "--batch-size", "8"],
};

/** Number of measured steps. */
const STEPS = { "reference": "5", "albert-base": "3" };

/** Runs all parts, one after another. */
export async function runSuite(
  run: RunBench,
  { python, only = "", onPart }: SuiteOptions,
): Promise<SuiteResults> {
  const absent: Record<string, string> = {};
  const part = async <T>(name: string, args: readonly string[]): Promise<T | undefined> => {
    if (!name.includes(only)) return undefined;
    onPart?.(name);
    try {
      return await run(args) as T;
    } catch (error) {
      absent[name] = (error as Error).message;
      return undefined;
    }
  };
  const steps: Partial<Record<StepName, StepBench>> = {};
  for (const model of STEP_MODELS) {
    for (const device of STEP_DEVICES) {
      const args = [
        ...["step", ...DEVICE_FLAGS[device], ...MODEL_FLAGS[model], "--steps", STEPS[model]],
      ];
      const name: StepName = `${model} ${device}`;
      const bench = await part<StepBench>(
        `step ${name}`,
        [...args, "--against-pytorch", python],
      );
      if (bench !== undefined) steps[name] = bench;
    }
  }
  const recomputed = await part<StepBench>("step albert-base webgpu recompute", [
    ...["step", ...DEVICE_FLAGS.webgpu, ...MODEL_FLAGS["albert-base"], "--steps", "1"],
    ...["--recompute", "layers", "--against-pytorch", python],
  ]);
  const loads: Partial<Record<"webgpu" | "cpu", LoadBench>> = {};
  for (const device of ["webgpu", "cpu"] as const) {
    const bench = await part<LoadBench>(`load ${device}`, ["load", "--device", device]);
    if (bench !== undefined) loads[device] = bench;
  }
  const peers = await part<PeersReport>(
    "peers",
    ["peers", "--only", "matmul_", "--python", python],
  );
  const tokenizer = await part<{ results: readonly TokenizerResult[] }>(
    "tokenizer",
    ["tokenizer", "--megabytes", "0.5", "--rounds", "3", "--python", python],
  );
  const growth = await part<GrowthBench>("growth", ["growth"]);
  return { peers, steps, recomputed, loads, tokenizers: tokenizer?.results, growth, absent };
}
