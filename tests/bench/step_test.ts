import { assert, assertEquals, assertRejects } from "@std/assert";
import { benchStep } from "../../bench/step/step.ts";

Deno.test("bench step measures a whole step and counts its kernels", async () => {
  const bench = await benchStep({
    ...{ device: "cpu", config: "smoke", batch: 2, sequence: 32, steps: 2 },
  });
  assertEquals([bench.kind, bench.pipelined], ["cpu", 1]);
  assert(bench.hostMilliseconds > 0 && bench.hostMilliseconds < bench.milliseconds);
  for (const [phase, milliseconds] of Object.entries(bench.phases)) {
    assert(Number.isFinite(milliseconds), phase);
  }
  assert(bench.otherShare > 0 && bench.otherShare < 1);
  assert(bench.peakBytes > 0 && bench.plannedBytes > 0);
  const names = bench.kernels.map(({ kernel }) => kernel);
  for (const name of ["matmul.matmul", "cross_entropy.backward", "optimizer.lamb_apply"]) {
    assert(names.includes(name), name);
  }
  assertEquals(bench.runs, bench.kernels.reduce((sum, { calls }) => sum + calls, 0));
  assert(Math.abs(bench.tokensPerSecond * bench.milliseconds - 64_000) < 1e-6 * 64_000);
});

const SMOKE = { device: "cpu", config: "smoke", batch: 2, sequence: 32, steps: 1 } as const;

Deno.test("bench step reports the time of one step of several in a row", async () => {
  const start = performance.now();
  const bench = await benchStep({ ...SMOKE, pipelined: 6, warmUp: 1 });
  const elapsed = performance.now() - start;
  assertEquals(bench.pipelined, 6);
  assert(bench.hostMilliseconds > 0 && bench.hostMilliseconds < bench.milliseconds);
  // Six steps were part of the whole.
  assert(6 * bench.milliseconds < elapsed, `${bench.milliseconds} of ${elapsed} ms`);
});

Deno.test("bench step rejects numbers of steps that are not positive", async () => {
  for (
    const [options, message] of [
      [{ steps: 0 }, "--steps must be an integer of at least 1, got 0"],
      [{ pipelined: 1.5 }, "--pipelined must be an integer of at least 1, got 1.5"],
      [{ warmUp: -1 }, "--warm-up must be an integer of at least 0, got -1"],
    ] as const
  ) {
    await assertRejects(() => benchStep({ ...SMOKE, ...options }), RangeError, message);
  }
});
