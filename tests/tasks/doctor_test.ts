import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { Capabilities } from "../../kernels/mod.ts";
import { autoChoice, type Examination, type Examinations } from "../../src/device/mod.ts";
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

/** The CPU device with a BLAS library. */
function withBlas(product: number): Examination {
  const cpu = examination("cpu", product);
  return {
    ...cpu,
    description: {
      ...cpu.description,
      adapter: "CPU, 2 threads, OpenBLAS 1",
      blas: "/lib/blas.so",
      numerics: { ...cpu.description.numerics, products: "/lib/blas.so (Haswell)" },
    },
  };
}

const NOTHING: Examinations = { webgpu: null, cpu: null, blas: null, faster: null, auto: null };

Deno.test("albert doctor explains which device auto uses, and which one is faster", () => {
  const webgpu = examination("webgpu", 20);
  const found = { webgpu, cpu: examination("cpu", 10), blas: withBlas(50) };
  const verdict = (devices: Partial<Examinations>) =>
    deviceReport({ ...NOTHING, ...devices }, "auto").join("\n").split("\n\n").at(-1);
  const faster = "At matrix multiplication, the CPU device with OpenBLAS 1 is";
  assertEquals(
    verdict({
      ...found,
      faster: "blas",
      auto: { device: "blas", reason: "a webgpu is a software adapter" },
    }),
    [
      "--device auto uses the CPU device with OpenBLAS 1: a webgpu is a software adapter.",
      `${faster} 2.5 times as fast as WebGPU.`,
      `${faster} 5.0 times as fast as the CPU device with WebAssembly.`,
    ].join("\n"),
  );
  assertEquals(
    verdict({ webgpu, cpu: examination("cpu", 10), faster: "webgpu", auto: autoChoice(found) }),
    "--device auto uses WebGPU.\n" +
      "At matrix multiplication, WebGPU is 2.0 times as fast as the CPU device with WebAssembly.",
  );
  assertEquals(
    verdict({ cpu: examination("cpu", 50), faster: "cpu" }),
    "cpu passes the self-test.",
  );
  const wrong = examination("webgpu", null);
  assertEquals(verdict({ webgpu: wrong }), "No device passes the self-test.");
  const lines = deviceReport({ ...NOTHING, ...found, webgpu: wrong, faster: "blas" }, "auto");
  assertStringIncludes(lines.join("\n"), "failed: seen");
  assertStringIncludes(lines.join("\n"), "fails the self-test and is not used");
  assertStringIncludes(lines.join("\n"), "50.0 GFLOP/s");
  assert(lines.some((line) => /BLAS library +\/lib\/blas.so/.test(line)));
  const kernels = (chosen?: string) =>
    deviceReport({ ...NOTHING, ...found, faster: "blas" }, "auto", undefined, chosen).join("\n");
  assertMatch(kernels(), /BLAS kernels +Haswell\n/);
  assertMatch(
    kernels("SkylakeX"),
    /BLAS kernels +Haswell, chosen by OPENBLAS_CORETYPE=SkylakeX\n/,
  );
});

Deno.test("autoChoice() prefers a graphics card, then a BLAS library", () => {
  const webgpu = examination("webgpu", 20);
  const software = { ...webgpu, capabilities: { cpuAdapter: true } as Capabilities };
  const blas = withBlas(1);
  assertEquals(autoChoice({ webgpu, blas }), { device: "webgpu", reason: null });
  assertEquals(autoChoice({ webgpu: software, blas }), {
    device: "blas",
    reason: "a webgpu is a software adapter",
  });
  assertEquals(autoChoice({ webgpu: null, blas }), {
    device: "blas",
    reason: "No WebGPU adapter found",
  });
  assertEquals(autoChoice({ webgpu: null, webgpuFault: "Cannot open a card: it is busy", blas }), {
    device: "blas",
    reason: "Cannot open a card: it is busy",
  });
  assertEquals(autoChoice({ webgpu: examination("webgpu", null), blas: null }), {
    device: "cpu",
    reason: "a webgpu fails the self-test (NaN: seen)",
  });
});

Deno.test("albert doctor suggests a driver and a BLAS library where there is none", () => {
  const found: Examinations = { ...NOTHING, cpu: examination("cpu", 50), faster: "cpu" };
  const lines = (...asked: ["auto" | "cpu", string?]) => deviceReport(found, ...asked).join("\n");
  assertStringIncludes(lines("auto"), "install a graphics driver");
  assertStringIncludes(lines("auto"), "install OpenBLAS");
  assert(!lines("cpu").includes("graphics driver"));
  const busy = { ...found, webgpuFault: "Cannot open a card: it is busy" };
  assertEquals(deviceReport(busy, "auto")[0], "webgpu   Cannot open a card: it is busy");
  assert(!lines("cpu", "none").includes("install"));
});

Deno.test("albert doctor tests and benchmarks the CPU", async () => {
  const { code, stdout } = await runAlbert(["doctor", "--device", "cpu", "--json"]);
  assertEquals(code, 0);
  const { cpu, blas, webgpu, faster, auto } = JSON.parse(stdout);
  assertEquals([webgpu, auto, cpu.passed], [null, null, true]);
  assert([cpu, blas].every((one) => one === null || one.passed), stdout);
  assert(faster === "cpu" || faster === "blas", faster);
  assert(cpu.matmulGigaflopsPerSecond > 0.1 && cpu.copyGigabytesPerSecond > 0.1);
});

Deno.test("albert doctor plans a configuration", async () => {
  const words = [
    "doctor",
    "--device",
    "cpu",
    "--blas",
    "none",
    "--config",
    "albert-xlarge-v2",
    "--json",
  ];
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
  const devices: Examinations = { ...NOTHING, webgpu: found, cpu: examination("cpu", 50) };
  const lines = planReport(plan, devices);
  const limits = lines.filter((line) => line.startsWith("  limits of"));
  assert(
    /limits of webgpu .* exceed this device's limit of 1048576 bytes; use a smaller/.test(
      limits[0],
    ),
  );
  assertStringIncludes(limits[1], "the step fits");
});

Deno.test("albert doctor compares the memory of a step with that of the CPU device", async () => {
  const limits = { maxBufferBytes: 2 ** 32 - 2 ** 20, maxBindingBytes: 2 ** 32 - 2 ** 20 };
  const cpu = { ...examination("cpu", 50), limits };
  const limitsOf = async (name: string, batchSize: number, devices: Partial<Examinations>) =>
    planReport(await planConfig(name, batchSize, 512), { ...NOTHING, ...devices })
      .find((line) => line.startsWith("  limits of"))!.trim().split(/ {2,}/)[1];
  assertEquals(
    await limitsOf("albert-base-v2", 32, { cpu }),
    "the step needs 8.22 GB, the device has 4.29 GB; use --micro-batch-size 16",
  );
  const small = { ...cpu, limits: { maxBufferBytes: 2 ** 27, maxBindingBytes: 2 ** 32 } };
  assertStringIncludes(
    await limitsOf("albert-base-v2", 2, { cpu: small }),
    "not even one example fits; use shorter sequences",
  );
  // WebGPU does not report its memory.
  assertStringIncludes(
    await limitsOf("albert-base-v2", 32, { webgpu: { ...examination("webgpu", 50), limits } }),
    "all tensors fit",
  );
});

Deno.test("albert doctor exits with 1 if the requested device is missing", async () => {
  // A backend of another system: no adapter is found.
  const env = { DENO_WEBGPU_BACKEND: Deno.build.os === "windows" ? "metal" : "dx12" };
  const { code, stdout } = await runAlbert(["doctor", "--device", "webgpu"], { env });
  assertEquals(code, 1);
  assertStringIncludes(stdout, "webgpu   no adapter");
  assertStringIncludes(stdout, "No device passes the self-test.");
});
