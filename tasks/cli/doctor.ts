import type { Examination, Examinations, ExaminedName } from "../../src/device/mod.ts";
import { formatBytes } from "../../src/json/mod.ts";
import { defineCommand } from "./command.ts";
import type { DEVICES } from "./options.ts";
import { figure } from "./progress_line.ts";

/** `albert doctor` */
export default defineCommand({
  description: "Test and benchmark the devices of this machine.\nExits with 1 if no device passes.",
  options: {
    "--config <name>": {
      kind: "string",
      help: "Also plan a training step of this preset or config.json.",
    },
    "--batch-size <n>": {
      kind: "integer",
      help: "Examples per planned step.",
      range: [1],
      default: 8,
    },
    "--max-seq-length <n>": {
      kind: "integer",
      help: "Tokens per example.",
      range: [5],
      defaultText: "the preset's",
    },
  },
  examples: {
    "Check this machine": "albert doctor",
    "Check whether a model fits": "albert doctor --config albert-base-v2 --batch-size 16",
    "Attach to a bug report": "albert doctor --json",
  },
  action: async (flags) => {
    const { examineDevices } = await import("../../src/device/mod.ts");
    const { planConfig, planReport, stepSeconds } = await import("./model_plan.ts");
    const plan = flags.config === undefined
      ? null
      : await planConfig(flags.config, flags.batchSize, flags.maxSeqLength);
    const kinds = flags.device === "auto" ? ["webgpu", "cpu"] as const : [flags.device];
    const withBlas = flags.blas !== "none" && flags.device !== "webgpu";
    // Before the device sets it, if the user has not.
    const kernels = Deno.env.get(KERNELS);
    const devices = await examineDevices(
      [...kinds, ...(withBlas ? ["blas"] as const : [])],
      flags.blas,
    );
    if (flags.json) {
      const found = {
        deno: Deno.version.deno,
        ...devices,
        ...(plan && { plan: { ...plan, stepSeconds: stepSeconds(plan, devices) } }),
      };
      console.log(JSON.stringify(found, null, 2));
    } else {
      for (const line of deviceReport(devices, flags.device, flags.blas, kernels)) {
        console.log(line);
      }
      if (plan !== null) { for (const line of planReport(plan, devices)) console.log(line); }
    }
    if (devices.faster === null) Deno.exitCode = 1;
  },
});

/**
 * Returns the lines that `albert doctor` prints for the devices.
 *
 * @param asked value of `--device`
 * @param blas value of `--blas`
 * @param kernels value of `OPENBLAS_CORETYPE`; undefined if the user has not set it
 */
export function deviceReport(
  devices: Examinations,
  asked: typeof DEVICES[number],
  blas?: string,
  kernels?: string,
): string[] {
  const lines: string[] = [];
  if (devices.webgpu === null && asked !== "cpu") {
    const fault = devices.webgpuFault ??
      "no adapter: install a graphics driver, such as mesa-vulkan-drivers on Debian";
    lines.push(`webgpu   ${fault}`, "");
  }
  for (const examination of [devices.webgpu, devices.cpu, devices.blas]) {
    if (examination !== null) lines.push(...examinationLines(examination, kernels), "");
  }
  if (devices.blas === null && asked !== "webgpu" && blas !== "none") {
    lines.push(
      "BLAS     no library: install OpenBLAS, such as libopenblas0-pthread on Debian, for several",
      "         times the speed of the CPU device",
      "",
    );
  }
  if (devices.faster === null) return [...lines, "No device passes the self-test."];
  return [...lines, ...verdict(devices)];
}

/** What `auto` uses and why, and how fast the devices are relative to each other. */
function verdict({ auto, faster, ...devices }: Examinations): string[] {
  const nameOf = (name: ExaminedName) =>
    name === "blas"
      ? `the CPU device with ${devices.blas!.description.adapter.split(", ").at(-1)}`
      : name === "cpu"
      ? "the CPU device with WebAssembly"
      : "WebGPU";
  const lines = auto === null ? [] : [
    `--device auto uses ${nameOf(auto.device)}${auto.reason === null ? "" : `: ${auto.reason}`}.`,
  ];
  const best = devices[faster!]!;
  for (const name of EXAMINED) {
    const examination = devices[name];
    if (name === faster || !examination?.passed) continue;
    const times = best.matmulGigaflopsPerSecond! / examination.matmulGigaflopsPerSecond!;
    lines.push(
      `At matrix multiplication, ${nameOf(faster!)} is ${times.toFixed(1)} times as fast as ${
        nameOf(name)
      }.`,
    );
  }
  return lines.length > 0 ? lines : [`${best.description.kind} passes the self-test.`];
}

/** The variable with which users choose the kernels of OpenBLAS. */
const KERNELS = "OPENBLAS_CORETYPE";

const EXAMINED = ["webgpu", "cpu", "blas"] as const;

function examinationLines(examination: Examination, kernels?: string): string[] {
  const { description, limits, capabilities, features, findings, passed } = examination;
  const line = (name: string, value: string) => `  ${name.padEnd(26)} ${value}`;
  const lines = [`${description.kind.padEnd(8)} ${description.adapter}`];
  if (description.blas !== undefined) {
    lines.push(line("BLAS library", description.blas));
    const core = /\(([^()]+)\)$/.exec(description.numerics.products)?.[1];
    if (core !== undefined) {
      const reason = kernels === undefined ? "" : `, chosen by ${KERNELS}=${kernels}`;
      lines.push(line("BLAS kernels", `${core}${reason}`));
    }
  }
  lines.push(line("largest buffer", formatBytes(limits.maxBufferBytes)));
  if (capabilities !== null) {
    lines.push(
      line("largest binding", formatBytes(limits.maxBindingBytes)),
      line("largest texture side", String(capabilities.maxTextureSide)),
      line("workgroup memory", `${capabilities.maxWorkgroupStorageBytes / 1024} KiB`),
      line("workgroup invocations", String(capabilities.maxInvocationsPerWorkgroup)),
      line("features", features.join(", ") || "none"),
    );
  }
  for (const { name, outcome, detail } of findings) lines.push(line(name, `${outcome}: ${detail}`));
  if (!passed) return [...lines, line("result", "fails the self-test and is not used")];
  lines.push(
    line("matmul of 1024 × 1024", `${figure(examination.matmulGigaflopsPerSecond!)} GFLOP/s`),
    line("copy", `${figure(examination.copyGigabytesPerSecond!)} GB/s`),
  );
  return lines;
}
