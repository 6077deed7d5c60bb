// The page of results.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { withSection } from "../../bench/results/page.ts";
import { runSuite, type SuiteResults } from "../../bench/results/suite.ts";
import { targetRows } from "../../bench/results/targets.ts";

const NOTHING: SuiteResults = { steps: {}, loads: {}, absent: {} };
const MACHINE = { adapter: "one", processor: "a processor", date: "2026-01-01", deno: "2.9.6" };

function withRatio(ratio: number): SuiteResults {
  const ratios = {
    matmul_512_webgpu_over_jax_js: ratio,
    matmul_1024_webgpu_over_jax_js: ratio + 1,
    matmul_1024_webgpu_over_jax_js_wasm: 0,
  };
  return { ...NOTHING, peers: { deno: "", libraries: {}, absent: {}, results: [], ratios } };
}

Deno.test("a target is compared with its slowest matmul", () => {
  const [first] = targetRows(withRatio(15.5));
  assertEquals(first.measured, "15.5× (matmul_512)");
  assert(first.met);
  assertEquals(targetRows(withRatio(14))[0].met, false);
});

Deno.test("a target without a measurement is neither met nor missed", () => {
  for (const row of targetRows(NOTHING)) assertEquals([row.measured, row.met], ["", null]);
});

Deno.test("a new run replaces the section of its adapter only", () => {
  const first = withSection("", MACHINE, withRatio(20));
  const both = withSection(first, { ...MACHINE, adapter: "two" }, withRatio(10));
  const again = withSection(both, MACHINE, withRatio(30));
  assertEquals(again.match(/^## .*$/gm), ["## one", "## two"]);
  assertStringIncludes(again, "30.0× (matmul_512)");
  assertStringIncludes(again, "10.0× (matmul_512)");
  assert(!again.includes("20.0×"));
  assertEquals(withSection(again, MACHINE, withRatio(30)), again);
});

Deno.test("results that a run does not measure stay as they are", () => {
  const loads = { webgpu: { loadToFirstLogits: 1500 } } as unknown as SuiteResults["loads"];
  const first = withSection("", MACHINE, withRatio(20));
  const later = withSection(first, { ...MACHINE, date: "2026-02-02" }, { ...NOTHING, loads });
  assertStringIncludes(later, "20.0× (matmul_512); 2026-01-01");
  assertStringIncludes(later, "1.50 s; 2026-02-02");
});

Deno.test("rows of the other tables that a run does not measure stay as they are", () => {
  const kernels = [{ kernel: "k", variant: "v", milliseconds: 1 }];
  const stepOf = (name: string) =>
    ({
      steps: { [name]: { kernels, milliseconds: 1, tokensPerSecond: 1, otherShare: 0 } },
    }) as unknown as SuiteResults;
  const growth = { kind: "webgpu", faster: [], curves: [] };
  const first = withSection("", MACHINE, {
    ...NOTHING,
    ...withRatio(20),
    ...stepOf("reference cpu"),
    growth,
  } as unknown as SuiteResults);
  const later = withSection(first, MACHINE, { ...NOTHING, ...stepOf("albert-base cpu") });
  for (
    const kept of [
      "| reference cpu   | k (v) 100%",
      "| albert-base cpu | k (v) 100%",
      "Growth of a",
    ]
  ) assertStringIncludes(later, kept);
  assertEquals(later.match(/Matmul throughput in GFLOP/g)?.length, 1);
});

Deno.test("a part that fails leaves its error, and the others run", async () => {
  const commands: string[] = [];
  const results = await runSuite(([command]) => {
    commands.push(command);
    return command === "peers"
      ? Promise.reject(new Error("no network"))
      : Promise.resolve({ results: [] });
  }, { python: "python3" });
  assertEquals(results.absent, { peers: "no network" });
  assertEquals(commands.filter((command) => command === "step").length, 7);
  assertStringIncludes(
    withSection("", MACHINE, { ...NOTHING, absent: results.absent }),
    "no network",
  );
});
