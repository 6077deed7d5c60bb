import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { checkAdapters } from "../../bench/gpu/adapters.ts";
import {
  type CommandLines,
  type Finished,
  kitParts,
  kitRows,
  type Part,
  runParts,
  runProcess,
  SMALL_SIZES,
} from "../../bench/gpu/kit.ts";
import { withGpuRows, withSection } from "../../bench/results/page.ts";
import type { SuiteResults } from "../../bench/results/suite.ts";

const LINES: CommandLines = {
  tool: (name, args) => [name, ...args],
  script: (path) => ["script", path],
  test: (path) => ["test", path],
};

const part = (name: string, limit = 100): Part => ({ name, limit, command: [name] });
const finished = (more: Partial<Finished>): Finished => ({
  ...{ code: 0, stdout: "", stderr: "", timedOut: false, ...more },
});

Deno.test("parts that fail or run out of time do not stop the others", async () => {
  const results = await runParts(["a", "b", "c", "d"].map((name) => part(name)), {
    budget: 500,
    run: ([name]) => {
      if (name === "b") throw new Deno.errors.NotFound("no such program");
      if (name === "c") {
        return Promise.resolve(
          finished({ timedOut: true, code: 143, stdout: '{"x": 1}\n{"x": 2}\n' }),
        );
      }
      if (name === "d") return Promise.resolve(finished({ code: 1, stderr: "line\nlast line\n" }));
      return Promise.resolve(finished({ stdout: '{"adapter": "one"}' }));
    },
  });
  const summary = Object.entries(results).map((
    [name, { status, error, output }],
  ) => [name, status, error, output]);
  assertEquals(summary, [
    ["a", "ok", undefined, { adapter: "one" }],
    ["b", "failed", "no such program", undefined],
    ["c", "timed out", undefined, [{ x: 1 }, { x: 2 }]],
    ["d", "failed", "line\nlast line", undefined],
  ]);
});

Deno.test("parts share a budget, and what does not fit is skipped", async () => {
  let clock = 0;
  const limits: number[] = [];
  const results = await runParts([part("a", 60), part("b", 60), part("c", 60), part("d", 60)], {
    budget: 100,
    now: () => clock,
    run: (_, seconds) => {
      limits.push(seconds);
      clock += 1000 * Math.min(seconds, 50);
      return Promise.resolve(finished({ stdout: "text" }));
    },
  });
  assertEquals(limits, [60, 50]);
  assertEquals(Object.values(results).map(({ status }) => status), [
    ...["ok", "ok", "skipped", "skipped"],
  ]);
});

Deno.test("runProcess() ends a process at its limit and keeps what it has printed", async () => {
  const code = "console.log('started'); setTimeout(() => {}, 60_000);";
  const start = performance.now();
  const { timedOut, stdout } = await runProcess([Deno.execPath(), "eval", code], 5);
  assertEquals([timedOut, stdout], [true, "started\n"]);
  assert(performance.now() - start < 30_000);
  const failed = await runProcess(
    [Deno.execPath(), "eval", "console.error('x'); Deno.exit(3)"],
    60,
  );
  assertEquals([failed.code, failed.stderr, failed.timedOut], [3, "x\n", false]);
});

Deno.test("the kit compares with PyTorch only if it is given a Python", () => {
  const names = (python?: string) => kitParts(SMALL_SIZES, LINES, python).map(({ name }) => name);
  assert(!names().includes("PyTorch"));
  assertEquals(names("python3").filter((name) => !names().includes(name)), ["PyTorch"]);
  for (const { command } of kitParts(SMALL_SIZES, LINES, undefined)) {
    if (command[0] === "bench") assertStringIncludes(command.join(" "), "--config nano");
  }
});

Deno.test("kitRows() has a row for each measurement and for each part without one", () => {
  const step = {
    ...{ milliseconds: 20, tokensPerSecond: 51_200, gigaflopsPerSecond: 27_500 },
    ...{ hostMilliseconds: 3, runs: 371 },
  };
  const modes = [
    { mode: "f32", milliseconds: 16, timeRatio: 1.25 },
    { mode: "bf16", milliseconds: 8, timeRatio: 2.5 },
  ];
  const rows = kitRows({
    step: { status: "ok", seconds: 9, output: step },
    PyTorch: {
      status: "ok",
      seconds: 9,
      output: { ...step, pytorch: { label: "PyTorch 2, H200", modes } },
    },
    golden: {
      status: "failed",
      seconds: 5,
      error: "one differs",
      output: [{ ok: true, worst_error: 0.1 }, { ok: false, worst_error: 2 }],
    },
    kernels: { status: "timed out", seconds: 100 },
    registry: { status: "timed out", seconds: 240, output: "a ... ok (1s)\nb ... FAILED\nc ..." },
    tune: { status: "skipped", seconds: 0 },
  });
  assertEquals(rows, [
    ["step", "20.0 ms, 51200 tokens/s, 27500 GFLOP/s, host 3.00 ms, 371 runs"],
    ["PyTorch 2, H200, f32", "16.0 ms; ours takes 1.25 ×"],
    ["PyTorch 2, H200, bf16", "8.00 ms; ours takes 2.50 ×"],
    ["golden", "failed after 5.00 s"],
    ["golden cases", "1 of 2 pass, worst error 2.00 of the tolerance"],
    ["kernels", "timed out after 100 s"],
    ["registry", "timed out after 240 s"],
    ["tests of all variants", "1 pass, 1 fail"],
    ["tune", "skipped after 0 s"],
  ]);
});

Deno.test("the rows of bench gpu and of bench all share an adapter's section", () => {
  const machine = { adapter: "one", processor: "a CPU", date: "2026-01-01", deno: "2.9.6" };
  const nothing: SuiteResults = { steps: {}, loads: {}, absent: {} };
  const page = withGpuRows("", machine, [["step", "20 ms"]]);
  assertMatch(
    page,
    /^## one\n\na CPU; Deno 2.9.6.\n\nMeasured by `deno task bench gpu` on 2026-01-01:\n\n/m,
  );
  assertEquals(withGpuRows(page, machine, [["step", "20 ms"]]), page);
  const both = withSection(page, machine, nothing);
  assertStringIncludes(both, "| step        | 20 ms  |");
  assertStringIncludes(both, "| target ");
  const later = withGpuRows(both, { ...machine, date: "2026-02-02" }, [["step", "10 ms"]]);
  assert(!later.includes("20 ms") && later.includes("| target "));
  assertEquals(later.match(/bench gpu/g)?.length, 1);
  const two = withGpuRows(later, { ...machine, adapter: "two" }, [["step", "5 ms"]]);
  assertEquals(two.match(/^## .*$/gm), ["## one", "## two"]);
  assertStringIncludes(two, "10 ms");
});

Deno.test("checkAdapters() runs golden and registry on each driver", async () => {
  const commands: string[] = [];
  const results = await checkAdapters({
    ...{ root: "/drivers", drivers: ["lavapipe", "swiftshader"], filter: "reduce", lines: LINES },
    onPart: () => {},
    run: (command) => {
      commands.push(command.slice(2).join(" "));
      return Promise.resolve(finished({ code: command.includes("swiftshader") ? 1 : 0 }));
    },
  });
  assertEquals(commands, [
    "/drivers lavapipe golden tests/fixtures/golden --device webgpu",
    "/drivers lavapipe test tests/kernels/registry_test.ts --filter reduce",
    "/drivers swiftshader golden tests/fixtures/golden --device webgpu",
    "/drivers swiftshader test tests/kernels/registry_test.ts --filter reduce",
  ]);
  assertEquals(Object.values(results).map(({ status }) => status), [
    ...["ok", "ok", "failed", "failed"],
  ]);
});
