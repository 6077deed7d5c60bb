import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import {
  checkAdapters,
  earlierChecks,
  saveChecks,
  testedKernels,
} from "../../bench/gpu/adapters.ts";
import {
  type CommandLines,
  countTests,
  type Finished,
  kitParts,
  kitRows,
  type Part,
  runParts,
  runProcess,
  SMALL_SIZES,
} from "../../bench/gpu/kit.ts";
import { KERNELS } from "../../kernels/mod.ts";
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
    registry: {
      status: "timed out",
      seconds: 240,
      output: "a ... ok (1s)\nb ... FAILED (2s)\nc ...",
    },
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

Deno.test("checkAdapters() runs golden cases and families of kernels on each driver", async () => {
  const commands: string[] = [];
  const results = await checkAdapters({
    ...{ root: "/drivers", drivers: ["lavapipe", "swiftshader"], filter: "su", lines: LINES },
    onPart: () => {},
    run: (command) => {
      commands.push(command.slice(2).join(" "));
      return Promise.resolve(finished({ code: command.includes("swiftshader") ? 1 : 0 }));
    },
  });
  const parts = (driver: string) => [
    `/drivers ${driver} golden tests/fixtures/golden --device webgpu`,
    ...["embedding.segment_sum", "reduce.sum", "optimizer.square_sums"].map((name) =>
      `/drivers ${driver} test tests/kernels/registry_test.ts --filter /^(${name}): /`
    ),
  ];
  assertEquals(commands, [...parts("lavapipe"), ...parts("swiftshader")]);
  assertEquals(Object.values(results).map(({ status }) => status), [
    ...["ok", "ok", "ok", "ok", "failed", "failed", "failed", "failed"],
  ]);
  assertEquals(testedKernels("convolution"), []);
});

Deno.test("checkAdapters() covers every kernel of the registry once", async () => {
  const filters: RegExp[] = [];
  await checkAdapters({
    ...{ root: "/drivers", drivers: ["lavapipe"], lines: LINES },
    onPart: () => {},
    run: (command) => {
      const filter = command[command.indexOf("--filter") + 1];
      if (command.includes("--filter")) filters.push(new RegExp(filter.slice(1, -1)));
      return Promise.resolve(finished({}));
    },
  });
  for (const { name } of KERNELS) {
    const matching = filters.filter((filter) => filter.test(`${name}: every variant`));
    assertEquals(matching.length, 1, name);
  }
});

Deno.test("parts that passed are not repeated, unless the sources have changed", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/kernels`);
    await Deno.writeTextFile(`${root}/kernels/a.ts`, "1");
    const path = `${root}/adapters.json`;
    const check = async (failing: string) => {
      const names: string[] = [];
      const results = await checkAdapters({
        ...{ root: "/drivers", drivers: ["lavapipe"], filter: "reduce", lines: LINES },
        earlier: await earlierChecks(path, root),
        onPart: () => {},
        run: (command) => {
          const name = command.includes("--filter") ? "reduce" : "golden";
          names.push(name);
          return Promise.resolve(finished({ code: name === failing ? 1 : 0 }));
        },
      });
      await saveChecks(path, root, results);
      return names;
    };
    assertEquals(await check("reduce"), ["golden", "reduce"]);
    assertEquals(await check(""), ["reduce"]);
    assertEquals(await check(""), []);
    await Deno.writeTextFile(`${root}/kernels/a.ts`, "2");
    assertEquals(await check(""), ["golden", "reduce"]);

    await Deno.writeTextFile(path, "[]");
    await assertRejects(
      () => earlierChecks(path, root),
      Error,
      "has no results of test:adapters; choose another file for --output",
    );
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});

Deno.test("results of long tests count, which deno test prints on a separate line", () => {
  const output = `running 3 tests from ./tests/kernels/registry_test.ts
reduce.sum: every variant equals the reference ... ok (441ms)
matmul.parts: every variant equals the reference ...'matmul.parts: every variant equals the reference' has been running for over (1m0s)
 ok (5m53s)
matmul.parts: NaN and infinities propagate as in the reference ... FAILED (10s)

FAILED | 2 passed | 1 failed (6m5s)
`;
  assertEquals(countTests(output), { passed: 2, failed: 1 });
  assertEquals(countTests(undefined), { passed: 0, failed: 0 });
});
