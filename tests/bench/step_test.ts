import { assert, assertEquals } from "@std/assert";
import { benchStep } from "../../bench/step/step.ts";

Deno.test("bench step measures a whole step and counts its kernels", async () => {
  const bench = await benchStep({
    ...{ device: "cpu", config: "smoke", batch: 2, sequence: 32, steps: 2 },
  });
  assertEquals(bench.kind, "cpu");
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
