import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Examination, Examinations } from "../../src/device/mod.ts";
import { deviceReport } from "../../tasks/cli/doctor.ts";
import { planConfig, planReport } from "../../tasks/cli/model_plan.ts";
import { runAlbert } from "./albert_process.ts";

function examination(kind: "webgpu" | "cpu", product: number | null): Examination {
  const passed = product !== null;
  return {
    description: { kind, adapter: `a ${kind}`, numerics: {} },
    limits: { maxBufferBytes: 2 ** 31, maxBindingBytes: 2 ** 27 },
    capabilities: null,
    features: [],
    findings: [{ name: "NaN", outcome: passed ? "passed" : "failed", detail: "seen" }],
    passed,
    matmulGigaflopsPerSecond: product,
    copyGigabytesPerSecond: passed ? 5 : null,
  };
}

function verdict(found: Examinations): string {
  return deviceReport(found, "auto").at(-1) ?? "";
}

Deno.test("albert doctor prints the device that auto uses and which one is faster", () => {
  const webgpu = examination("webgpu", 20);
  const cpu = examination("cpu", 50);
  assertEquals(
    verdict({ webgpu, cpu, faster: "cpu" }),
    "--device auto uses webgpu; cpu is 2.5 times as fast at matrix multiplication.",
  );
  assertEquals(verdict({ webgpu: null, cpu, faster: "cpu" }), "cpu passes the self-test.");
  const wrong = examination("webgpu", null);
  assertEquals(
    verdict({ webgpu: wrong, cpu: null, faster: null }),
    "No device passes the self-test.",
  );
  const lines = deviceReport({ webgpu: wrong, cpu, faster: "cpu" }, "auto").join("\n");
  assertStringIncludes(lines, "failed: seen");
  assertStringIncludes(lines, "fails the self-test and is not used");
  assertStringIncludes(lines, "50.0 GFLOP/s");
});

Deno.test("albert doctor suggests a driver if there is no adapter", () => {
  const cpu = examination("cpu", 50);
  const found = { webgpu: null, cpu, faster: "cpu" as const };
  assertStringIncludes(deviceReport(found, "auto").join("\n"), "install a graphics driver");
  assert(!deviceReport(found, "cpu").join("\n").includes("install"));
});

Deno.test("albert doctor tests and benchmarks the CPU", async () => {
  const { code, stdout } = await runAlbert(["doctor", "--device", "cpu", "--json"]);
  assertEquals(code, 0);
  const { cpu, webgpu, faster } = JSON.parse(stdout);
  assertEquals([webgpu, faster, cpu.passed], [null, "cpu", true]);
  assert(cpu.matmulGigaflopsPerSecond > 0.1 && cpu.copyGigabytesPerSecond > 0.1);
});

Deno.test("albert doctor plans a configuration", async () => {
  const words = ["doctor", "--device", "cpu", "--config", "albert-xlarge-v2", "--json"];
  const { code, stdout } = await runAlbert(words);
  assertEquals(code, 0);
  const { plan } = JSON.parse(stdout);
  assertEquals([plan.encoderParameters, plan.pretrainingParameters], [58_724_864, 59_021_490]);
  assert(plan.peakBytes > 4 * 4 * plan.pretrainingParameters, "values, gradients, two moments");
  assert(plan.stepSeconds.cpu > 0);
  assertEquals(plan.stepSeconds.webgpu, null);
});

Deno.test("albert doctor rejects an unknown preset as a usage error", async () => {
  const { code, stderr } = await runAlbert(["doctor", "--config", "albert-huge"]);
  assertEquals(code, 2);
  assertStringIncludes(stderr, "albert-xxlarge-v2");
});

Deno.test("albert doctor names a tensor that exceeds the limit of a device", async () => {
  const plan = await planConfig("albert-base-v2", 1);
  const found = {
    ...examination("webgpu", 20),
    limits: { maxBufferBytes: 2 ** 31, maxBindingBytes: 2 ** 20 },
  };
  const lines = planReport(plan, { webgpu: found, cpu: examination("cpu", 50), faster: "cpu" });
  const limits = lines.filter((line) => line.startsWith("  limits of"));
  assert(
    /limits of webgpu .* exceed this device's limit of 1048576 bytes; use a smaller/.test(
      limits[0],
    ),
  );
  assertStringIncludes(limits[1], "all tensors fit");
});

Deno.test("albert doctor exits with 1 if the requested device is missing", async () => {
  // A backend of another system: no adapter is found.
  const env = { DENO_WEBGPU_BACKEND: Deno.build.os === "windows" ? "metal" : "dx12" };
  const { code, stdout } = await runAlbert(["doctor", "--device", "webgpu"], { env });
  assertEquals(code, 1);
  assertStringIncludes(stdout, "webgpu   no adapter");
  assertStringIncludes(stdout, "No device passes the self-test.");
});
