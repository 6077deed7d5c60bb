import type { Examination, Examinations } from "../../src/device/mod.ts";
import { defineCommand } from "./command.ts";
import type { DEVICES } from "./options.ts";

/** `albert doctor` */
export default defineCommand({
  description: "Test and benchmark the devices of this machine.\nExits with 1 if no device passes.",
  options: {
    "--config <name>": {
      kind: "string",
      help: "Also plan a training step of this preset or config.json.",
    },
    "--batch-size <n>": { kind: "integer", help: "Examples per planned step.", default: 8 },
    "--max-seq-length <n>": {
      kind: "integer",
      help: "Tokens per example.",
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
    const devices = await examineDevices(
      flags.device === "auto" ? ["webgpu", "cpu"] : [flags.device],
    );
    if (flags.json) {
      const found = {
        deno: Deno.version.deno,
        ...devices,
        ...(plan && { plan: { ...plan, stepSeconds: stepSeconds(plan, devices) } }),
      };
      console.log(JSON.stringify(found, null, 2));
    } else {
      for (const line of deviceReport(devices, flags.device)) console.log(line);
      if (plan !== null) { for (const line of planReport(plan, devices)) console.log(line); }
    }
    if (devices.faster === null) Deno.exitCode = 1;
  },
});

/** Returns the lines that `albert doctor` prints for the devices. */
export function deviceReport(
  { webgpu, cpu, faster }: Examinations,
  asked: typeof DEVICES[number],
): string[] {
  const lines: string[] = [];
  if (webgpu !== null) lines.push(...examinationLines(webgpu), "");
  else if (asked !== "cpu") {
    lines.push(
      "webgpu   no adapter: install a graphics driver, such as mesa-vulkan-drivers on Debian",
      "",
    );
  }
  if (cpu !== null) lines.push(...examinationLines(cpu), "");
  if (faster === null) lines.push("No device passes the self-test.");
  else if (webgpu?.passed && cpu?.passed) {
    lines.push(
      `--device auto uses webgpu; ${faster} is ${
        ratio(webgpu, cpu)
      } times as fast at matrix multiplication.`,
    );
  } else lines.push(`${faster} passes the self-test.`);
  return lines;
}

function examinationLines(examination: Examination): string[] {
  const { description, limits, capabilities, features, findings, passed } = examination;
  const line = (name: string, value: string) => `  ${name.padEnd(26)} ${value}`;
  const lines = [`${description.kind.padEnd(8)} ${description.adapter}`];
  lines.push(line("largest buffer", mebibytes(limits.maxBufferBytes)));
  if (capabilities !== null) {
    lines.push(
      line("largest binding", mebibytes(limits.maxBindingBytes)),
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

function ratio(a: Examination, b: Examination): string {
  const speeds = [a.matmulGigaflopsPerSecond!, b.matmulGigaflopsPerSecond!];
  return (Math.max(...speeds) / Math.min(...speeds)).toFixed(1);
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / 2 ** 20).toLocaleString("en")} MiB`;
}

function figure(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
