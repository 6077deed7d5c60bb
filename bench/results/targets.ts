/**
 * The performance targets and the results for each.
 *
 * @module
 */
import { figure } from "../table.ts";
import type { StepBench } from "../step/step.ts";
import type { StepName, SuiteResults } from "./suite.ts";

/** A row of the table. */
export interface TargetRow {
  readonly what: string;
  readonly target: string;
  /** The result, or empty if not measured. */
  readonly measured: string;
  /** Whether the target is met, or null if not measured. */
  readonly met: boolean | null;
}

/** A measured value and its bound. */
interface Bound {
  readonly what: string;
  readonly at: "least" | "most";
  readonly bound: number;
  /** Suffix of value and bound: `×`, ` ms`. */
  readonly unit: string;
  readonly value: number | undefined;
  /** Printed in parentheses after the value. */
  readonly note?: string;
}

/** Largest time of a training step relative to PyTorch, by device. */
const STEP_BOUNDS = { webgpu: 6, cpu: 5, blas: 1.6 } as const;
const DEVICE_NAMES = {
  webgpu: "WebGPU",
  cpu: "CPU, WebAssembly",
  blas: "CPU, system BLAS",
} as const;
const MODEL_NAMES = {
  "reference": "E 128, H 256, 4 layers, B 16, S 128",
  "albert-base": "albert-base, B 8, S 128",
} as const;

export function targetRows(results: SuiteResults): TargetRow[] {
  return [
    ...products(results),
    ...steps(results),
    ...host(results),
    ...memory(results),
    ...tokenizers(results),
    ...loads(results),
  ].map(row);
}

function row({ what, at, bound, unit, value, note = "" }: Bound): TargetRow {
  const sign = at === "least" ? "≥" : "≤";
  return {
    what,
    target: `${sign} ${bound}${unit}`,
    measured: value === undefined ? "" : `${figure(value)}${unit}${note && ` (${note})`}`,
    met: value === undefined ? null : at === "least" ? value >= bound : value <= bound,
  };
}

function products({ peers }: SuiteResults): Bound[] {
  const least = (what: string, bound: number, ours: string, theirs: string): Bound => {
    const suffix = `_${ours}_over_${theirs}`;
    const ratios = Object.entries(peers?.ratios ?? {}).filter(([name]) => name.endsWith(suffix));
    const [worst] = ratios.sort(([, a], [, b]) => a - b);
    const note = worst?.[0].slice(0, -suffix.length);
    return { what, at: "least", bound, unit: "×", value: worst?.[1], note };
  };
  return [
    least("matmul throughput, WebGPU relative to jax-js on WebGPU", 15, "webgpu", "jax_js"),
    least("matmul throughput, WebGPU relative to TensorFlow.js on WebGPU", 15, "webgpu", "tfjs"),
    least("matmul throughput, WebGPU relative to PyTorch on the CPU", 0.22, "webgpu", "pytorch"),
    least("matmul throughput, CPU relative to jax-js on WebAssembly", 1.3, "cpu", "jax_js_wasm"),
    least("matmul throughput, CPU relative to TensorFlow.js on WebAssembly", 2, "cpu", "tfjs_wasm"),
    least("matmul throughput, CPU relative to PyTorch", 0.2, "cpu", "pytorch"),
    least("matmul throughput, CPU with BLAS relative to PyTorch", 0.75, "blas", "pytorch"),
  ];
}

function steps({ steps }: SuiteResults): Bound[] {
  return stepNames(steps).map(([model, device, step]) => ({
    what: `training step time relative to PyTorch, ${DEVICE_NAMES[device]}, ${MODEL_NAMES[model]}`,
    at: "most",
    bound: STEP_BOUNDS[device],
    unit: "×",
    value: step?.pytorch?.timeRatio,
    note: step && `${figure(step.milliseconds)} ms, ${figure(step.tokensPerSecond)} tokens/s`,
  }));
}

function host({ steps }: SuiteResults): Bound[] {
  const base = steps["albert-base webgpu"];
  const shares = stepNames(steps).map(([model, device, step]): Bound => ({
    what: `kernel time outside matmul and attention, ${DEVICE_NAMES[device]}, ${
      MODEL_NAMES[model]
    }`,
    at: "most",
    bound: 25,
    unit: "%",
    value: step && 100 * step.otherShare,
  }));
  return [...shares, {
    what: "host time as a share of the step, albert-base on WebGPU",
    at: "most",
    bound: 5,
    unit: "%",
    value: base && 100 * base.hostMilliseconds / base.milliseconds,
  }, {
    what: "host time of a step, albert-base (12 layers) on WebGPU",
    at: "most",
    bound: 3,
    unit: " ms",
    value: base?.hostMilliseconds,
    note: base && `${base.runs} runs`,
  }];
}

function memory({ steps, recomputed }: SuiteResults): Bound[] {
  const mebibytes = (bytes: number) => figure(bytes / 2 ** 20);
  const bounds = (step: StepBench | undefined, bound: number, flags: string): Bound[] => {
    const row = (other: string, value: number | undefined): Bound => ({
      what: `peak device memory relative to ${other}, albert-base, B 8, S 128, WebGPU${flags}`,
      ...{ at: "most", bound, unit: "×", value },
      note: step && `${mebibytes(step.peakBytes)} MiB, ${mebibytes(step.plannedBytes)} planned`,
    });
    return [
      row("Transformers on PyTorch", step?.pytorch?.transformersMemoryRatio),
      row("a lean PyTorch model", step?.pytorch?.memoryRatio),
    ];
  };
  return [
    ...bounds(steps["albert-base webgpu"], 0.7, ""),
    ...bounds(recomputed, 0.4, ", --recompute layers"),
  ];
}

function tokenizers({ tokenizers }: SuiteResults): Bound[] {
  const ratio = (name: RegExp) => tokenizers?.find((one) => name.test(one.name))?.oursOverThis;
  return [{
    what: "tokenizer speed relative to sentencepiece in Python",
    at: "least",
    bound: 1,
    unit: "×",
    value: ratio(/^Python sentencepiece$/),
  }, {
    what: "tokenizer speed relative to @huggingface/tokenizers",
    at: "least",
    bound: 5,
    unit: "×",
    value: ratio(/^@huggingface\/tokenizers, Unigram$/),
  }];
}

function loads({ loads }: SuiteResults): Bound[] {
  return (["webgpu", "cpu"] as const).map((device) => ({
    what: `albert-base from folder to first logits, ${DEVICE_NAMES[device]}`,
    at: "most",
    bound: 2,
    unit: " s",
    value: loads[device] && loads[device].loadToFirstLogits / 1000,
  }));
}

function stepNames(steps: SuiteResults["steps"]) {
  return (Object.keys(MODEL_NAMES) as (keyof typeof MODEL_NAMES)[]).flatMap((model) =>
    (Object.keys(STEP_BOUNDS) as (keyof typeof STEP_BOUNDS)[]).map((device) => {
      const name: StepName = `${model} ${device}`;
      return [model, device, steps[name]] as const;
    })
  );
}
