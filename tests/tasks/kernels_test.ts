import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { KERNELS } from "../../kernels/mod.ts";
import { prepareConfig } from "../../tasks/launch/config.ts";
import { toolCommand, TOOLS } from "../../tasks/launch/tools.ts";

/** Runs a task as the launcher would. */
async function runTool(
  name: "kernels" | "bench",
  ...words: string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const config = await prepareConfig(() => {});
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
