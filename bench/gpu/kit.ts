/**
 * Everything worth measuring on a GPU within a time budget: a list of parts, each in a separate process. A part that fails or runs out of
 * time does not stop the others.
 *
 * @module
 */
import { figure } from "../table.ts";
import type { StepBench } from "../step/step.ts";

/** How a part ended. */
export interface PartResult {
  readonly status: "ok" | "failed" | "timed out" | "skipped";
  readonly seconds: number;
  /** Last lines of standard error, if it failed. */
  readonly error?: string;
  /** What it printed: parsed JSON, or text. */
  readonly output?: unknown;
}

/** Results by part. */
export type KitResults = Readonly<Record<string, PartResult>>;

/** One measurement. */
export interface Part {
  readonly name: string;
  /** Longest time in seconds. */
  readonly limit: number;
  readonly command: readonly string[];
}

/** What a process did. */
export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

/** Runs a command for at most `seconds`. */
export type RunCommand = (command: readonly string[], seconds: number) => Promise<Finished>;

/** Least time that is worth starting a part for, in seconds. */
const LEAST_SECONDS = 5;

/** Options of {@linkcode runParts}. */
export interface KitOptions {
  /** Seconds for all parts. */
  readonly budget: number;
  readonly run: RunCommand;
  /** Called before and after each part. */
  readonly onPart?: (name: string, result?: PartResult) => void | Promise<void>;
  /** Milliseconds of a clock. Default: `performance.now`. */
  readonly now?: () => number;
}

/** Runs parts one after another within the budget. */
export async function runParts(
  parts: readonly Part[],
  { budget, run, onPart = () => {}, now = () => performance.now() }: KitOptions,
): Promise<KitResults> {
  const results: Record<string, PartResult> = {};
  const begin = now();
  for (const { name, limit, command } of parts) {
    const left = budget - (now() - begin) / 1000;
    const start = now();
    if (left < LEAST_SECONDS) results[name] = { status: "skipped", seconds: 0 };
    else {
      await onPart(name);
      const seconds = () => (now() - start) / 1000;
      try {
        results[name] = finishedPart(await run(command, Math.min(limit, left)), seconds());
      } catch (error) {
        const { message } = error as Error;
        results[name] = { status: "failed", seconds: seconds(), error: message };
      }
    }
    await onPart(name, results[name]);
  }
  return results;
}

function finishedPart({ code, stdout, stderr, timedOut }: Finished, seconds: number): PartResult {
  const output = stdout.trim() === "" ? {} : { output: parseOutput(stdout) };
  if (timedOut) return { status: "timed out", seconds, ...output };
  if (code === 0) return { status: "ok", seconds, ...output };
  return { status: "failed", seconds, error: stderr.trim().slice(-500), ...output };
}

/** One JSON value, one per line, or text. */
function parseOutput(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const lines = text.trim().split("\n");
    try {
      return lines.map((line) => JSON.parse(line));
    } catch {
      return text.slice(-20_000);
    }
  }
}

/** A process that is killed at its time limit. A driver that hangs may not react to a milder signal. */
export const runProcess: RunCommand = async ([program, ...args], seconds) => {
  const child = new Deno.Command(program, {
    ...{ args, stdin: "null", stdout: "piped", stderr: "piped" },
    env: { NO_COLOR: "1" },
  }).spawn();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill("SIGKILL");
  }, seconds * 1000);
  const [stdout, stderr, { code }] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.status,
  ]);
  clearTimeout(timer);
  return { code, stdout, stderr, timedOut };
};

/** Sizes of what is measured. */
export interface KitSizes {
  readonly config: string;
  readonly batch: number;
  readonly sequence: number;
  readonly steps: number;
  readonly pipelined: number;
}

export const GPU_SIZES: KitSizes = {
  config: "albert-base-v2",
  ...{ batch: 8, sequence: 128, steps: 7, pipelined: 10 },
};

/** For trying the parts on a software adapter. */
export const SMALL_SIZES: KitSizes = {
  config: "nano",
  ...{ batch: 4, sequence: 64, steps: 1, pipelined: 1 },
};

/** Makes the command line of a tool: `albert`, `bench`, `golden`, of a script, or of a test. */
export interface CommandLines {
  tool(name: "albert" | "bench" | "golden", args: readonly string[]): readonly string[];
  script(path: string): readonly string[];
  test(path: string): readonly string[];
}

/** The parts, most important first. */
export function kitParts(
  { config, batch, sequence, steps, pipelined }: KitSizes,
  { tool, script, test }: CommandLines,
  python: string | undefined,
): Part[] {
  const model = [
    ...["--config", config, "--batch-size", String(batch)],
    ...["--max-seq-length", String(sequence)],
  ];
  const step = (...more: string[]) =>
    tool("bench", [
      ...["step", "--device", "webgpu", ...model, "--steps", String(steps)],
      ...["--pipelined", String(pipelined), "--json", ...more],
    ]);
  const part = (name: string, limit: number, command: readonly string[]): Part => ({
    ...{ name, limit, command },
  });
  return [
    part("doctor", 60, tool("albert", ["doctor", "--device", "webgpu", ...model, "--json"])),
    part("dispatch", 40, script("bench/gpu/dispatch.ts")),
    part("step", 60, step()),
    part("step f16", 60, step("--precision", "f16")),
    ...(python === undefined ? [] : [part("PyTorch", 90, step("--against-pytorch", python))]),
    part("golden", 45, tool("golden", ["tests/fixtures/golden", "--device", "webgpu", "--json"])),
    part("tune", 90, tool("albert", ["tune", ...model, "--json"])),
    part("step tuned", 60, step("--tuned")),
    part(
      "kernels",
      100,
      tool("bench", ["kernels", "--device", "webgpu", ...model, "--chosen", "--json"]),
    ),
    part("registry", 240, test("tests/kernels/registry_test.ts")),
  ];
}

/** The rows of the table in `bench/RESULTS.md`: measurement and result. */
export function kitRows(results: KitResults): [what: string, result: string][] {
  return Object.entries(results).flatMap(([name, part]): [string, string][] => {
    const seconds = `${figure(part.seconds)} s`;
    if (part.status !== "ok" && part.output === undefined) {
      const reason = part.error?.split("\n").at(-1);
      return [[name, [`${part.status} after ${seconds}`, reason].filter(Boolean).join(": ")]];
    }
    const rows = (ROWS[name] ?? (() => []))(part.output);
    const incomplete = part.status === "ok" ? [] : [[name, `${part.status} after ${seconds}`]];
    return [...incomplete, ...rows] as [string, string][];
  });
}

/** What the parts print, as far as it is shown. */
// deno-lint-ignore no-explicit-any -- JSON of other programs
type Output = any;

const ROWS: Readonly<Record<string, (output: Output) => (readonly [string, string])[]>> = {
  "dispatch": ({ dependent, empty, submitMilliseconds }) => [
    ["time between dependent dispatches", `${figure(dependent.microseconds)} µs`],
    ["wait for an idle device", `${figure(empty.waitMilliseconds)} ms`],
    ["submission", `${figure(submitMilliseconds)} ms`],
  ],
  "step": (bench: StepBench) => [["step", stepText(bench)]],
  "step f16": (bench: StepBench) => [["step, f16", stepText(bench)]],
  "step tuned": (bench: StepBench) => [["step, tuned kernels", stepText(bench)]],
  "PyTorch": ({ pytorch }: StepBench) =>
    (pytorch?.modes ?? []).map(({ mode, milliseconds, timeRatio }) =>
      [
        `${pytorch!.label}, ${mode}`,
        `${figure(milliseconds)} ms; ours takes ${figure(timeRatio)} ×`,
      ] as const
    ),
  "golden": (output) => {
    const cases = [output].flat() as { ok: boolean; worst_error: number }[];
    const worst = Math.max(...cases.map(({ worst_error }) => worst_error));
    const passed = cases.filter(({ ok }) => ok).length;
    return [[
      "golden cases",
      `${passed} of ${cases.length} pass, worst error ${figure(worst)} of the tolerance`,
    ]];
  },
  "tune": ({ tuned }: { tuned: { before: string; chosen: string }[] }) => [[
    "tuned kernels",
    `${tuned.length}, of which ${
      tuned.filter(({ before, chosen }) => before !== chosen).length
    } use another variant`,
  ]],
  "kernels": (
    { ceilings, results }: {
      ceilings: { gigaflopsPerSecond: number | null };
      results: { kernel: string; size: string; variant: string; gigaflopsPerSecond: number }[];
    },
  ) => {
    const [fastest] = results.filter(({ kernel }) => kernel === "matmul.matmul")
      .sort((a, b) => b.gigaflopsPerSecond - a.gigaflopsPerSecond);
    return [
      ["arithmetic of one kernel", `${figure(ceilings.gigaflopsPerSecond ?? 0)} GFLOP/s`],
      ...(fastest === undefined ? [] : [[
        "fastest matmul of the step",
        `${figure(fastest.gigaflopsPerSecond)} GFLOP/s (${fastest.size}, ${fastest.variant})`,
      ]] as const),
    ];
  },
  "registry": (output) => {
    const { passed, failed } = countTests(output);
    return [["tests of all variants", `${passed} pass, ${failed} fail`]];
  },
};

/** Counts the results that `deno test` prints. Those of long tests are on a separate line. */
export function countTests(output: unknown): { passed: number; failed: number } {
  const count = (pattern: RegExp) => String(output ?? "").match(pattern)?.length ?? 0;
  return { passed: count(/ ok \(/g), failed: count(/ FAILED \(/g) };
}

function stepText(bench: StepBench): string {
  return [
    `${figure(bench.milliseconds)} ms`,
    `${figure(bench.tokensPerSecond)} tokens/s`,
    `${figure(bench.gigaflopsPerSecond)} GFLOP/s`,
    `host ${figure(bench.hostMilliseconds)} ms`,
    `${bench.runs} runs`,
  ].join(", ");
}
