import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { KERNELS } from "../../kernels/mod.ts";
import { countingConfig } from "../support/counting_config.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";

/** Runs a task as the launcher would. */
async function runTool(
  name: "kernels" | "bench",
  ...words: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const config = await countingConfig();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: toolCommand(TOOLS[name], config, words),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

Deno.test("kernels list lists every kernel", async () => {
  const { code, stdout } = await runTool("kernels", "list");
  assertEquals(code, 0);
  const names = stdout.trim().split("\n").map((line) => line.split("  ")[0]);
  assertEquals(names, KERNELS.map(({ name }) => name));
});

Deno.test("kernels show prints the whole WGSL for the given structural parameters", async () => {
  const show = (...words: string[]) => runTool("kernels", "show", "layer_norm.forward", ...words);
  const plain = await show();
  const dropout = await show("--set", "residual=true", "--set", "dropout=true");
  assertEquals([plain.code, dropout.code], [0, 0]);
  assertStringIncludes(plain.stdout, "struct Parameters {\n  rows: u32,");
  assertStringIncludes(plain.stdout, "var<uniform> parameters: Parameters;");
  assertStringIncludes(plain.stdout, "@binding(1) var<storage, read> x: array<Value>;");
  assertStringIncludes(plain.stdout, "@compute @workgroup_size(WORKGROUP)\nfn main(");
  assertStringIncludes(dropout.stdout, "hidden");
  assert(!plain.stdout.includes("> hidden:"), "the binding does not exist");
});

Deno.test("kernels show rejects unknown names and lists the known ones", async () => {
  for (
    const [words, message] of [
      [["pooling.sideways"], 'Unknown kernel "pooling.sideways", expected one of elementwise.'],
      [
        ["pooling.forward", "--variant", "best"],
        'Unknown variant of pooling.forward "best", expected one of subgroup vector',
      ],
      [["attention.forward", "--set", "dropout=2"], "expected dropout=false|true"],
    ] as const
  ) {
    const { code, stderr } = await runTool("kernels", "show", ...words);
    assertEquals(code, 2);
    assertStringIncludes(stderr, message);
  }
});

const BASE = ["plan", "--config", "albert-base-v2", "--batch-size", "8", "--max_seq_length", "128"];

Deno.test("kernels plan prints every dispatch of a step as JSON", async () => {
  const { code, stdout } = await runTool("kernels", ...BASE, "--adapter", "rdna3", "--json");
  assertEquals(code, 0);
  const plan = JSON.parse(stdout);
  assertEquals(plan.adapter, "rdna3");
  assertEquals(plan.dispatches, plan.runs.length);
  const names = new Map(KERNELS.map((kernel) => [kernel.name, kernel]));
  let flops = 0, bytes = 0;
  for (const run of plan.runs) {
    const kernel = names.get(run.kernel)!;
    assert(kernel.variants.some(({ name }) => name === run.variant), run.variant);
    assert(run.workgroups >= 1 && run.invocations >= run.workgroups);
    flops += run.flops;
    bytes += run.bytes;
  }
  assertEquals([plan.flops, plan.bytes], [flops, bytes]);
  // Three times the forward matmuls, see tests/pretraining/plan_step_test.ts.
  assert(flops > 5e11 && flops < 6e11, `${flops}`);
});

Deno.test("kernels plan reads the description of an adapter from a file", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    // Without limits, it has those that every adapter has.
    await Deno.writeTextFile(file, `{"name": "toy", "vendor": "amd", "features": []}`);
    const words = ["plan", "--config", "smoke", "--batch-size", "2", "--max-seq-length", "32"];
    const { code, stdout } = await runTool("kernels", ...words, "--adapter", file);
    assertEquals(code, 0);
    assertMatch(stdout, /^kernel +variant +calls +flops +full +GB +workgroups\n/);
    assertMatch(stdout, /\ntoy: \d+ dispatches, /);
    await Deno.writeTextFile(file, `{"limits": {"maxBufferSize": "big"}}`);
    const wrong = await runTool("kernels", ...words, "--adapter", file);
    assertEquals(wrong.code, 2);
    assertStringIncludes(wrong.stderr, "limits.maxBufferSize must be a non-negative integer");
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("kernels plan rejects unknown names and wrong sizes with exit code 2", async () => {
  const adapter = ["--adapter", "sm86"];
  for (
    const [words, message] of [
      [["--adapter", "voodoo"], "--adapter must be one of rdna3, sm86, arc, apple-m, mali, adreno"],
      [[...adapter, "--config", "enormous"], "enormous"],
      [[...adapter, "--batch-size", "0"], "--batch-size must be a positive integer, got 0"],
      [[...adapter, "--batch-size", "many"], "batch-size"],
      [[...adapter, "--max-seq-length", "4096"], "--max-seq-length must be at most 512"],
      [[...adapter, "--max-seq-length", "2"], "--max-seq-length must be an integer of at least 5"],
      [[], "adapter"],
    ] as const
  ) {
    const { code, stdout, stderr } = await runTool("kernels", "plan", ...words);
    assertEquals([code, stdout], [2, ""], stderr);
    assertStringIncludes(stderr, message);
    assertEquals(stderr.trim().split("\n").length, 1);
  }
});

Deno.test("bench kernels prints one JSON object", async () => {
  const words = ["kernels", "--device", "cpu", "--only", "elementwise.fill", "--json"];
  const { code, stdout } = await runTool("bench", ...words);
  assertEquals(code, 0);
  const { kind, ceilings, results } = JSON.parse(stdout);
  assertEquals(kind, "cpu");
  assert(
    ceilings.copies.every(({ gigabytesPerSecond }: { gigabytesPerSecond: number }) =>
      gigabytesPerSecond > 0
    ),
  );
  assertEquals(results.map(({ kernel }: { kernel: string }) => kernel), ["elementwise.fill"]);
  assert(results[0].milliseconds > 0);
});
