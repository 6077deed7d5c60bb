import { assertEquals, assertThrows } from "@std/assert";
import { elementwiseDropout, elementwiseFill } from "../../kernels/mod.ts";
import { whole } from "../../src/device/device.ts";
import { Recorder } from "../../src/device/recording.ts";

Deno.test("runs of the same sizes share one plan until the version of the plans changes", () => {
  let version = 1, plans = 0;
  const recorder = new Recorder<number>(
    { maxBufferBytes: 2 ** 20, maxBindingBytes: 2 ** 20 },
    { flush: () => {}, plan: () => ++plans, planVersion: () => version },
  );
  const out = whole(recorder.buffer(64, "f32", "out", true));
  const x = whole(recorder.buffer(64, "f32", "x", true));
  const fill = (count: number, value: number) =>
    recorder.run(elementwiseFill, { bindings: { out }, uniforms: { count, value } });
  const dropout = (step: number) =>
    recorder.run(elementwiseDropout, {
      bindings: { x, y: out },
      uniforms: {
        ...{ rows: 1, columns: 64, rows_per_example: 1, threshold: 0, keep_scale: 1 },
        ...{ seed_low: 1, seed_high: 0, stream: 0, first_example: 0, step },
      },
    });
  fill(64, 0);
  fill(64, 1);
  fill(8, 0);
  dropout(0);
  dropout(1);
  version++;
  fill(64, 0);
  const runs = recorder.take().commands.flatMap((command) => command.type === "run" ? command : []);
  assertEquals(runs.map(({ plan }) => plan), [1, 1, 2, 3, 3, 4]);
  assertEquals(runs.map(({ lengths }) => lengths), [[64], [64], [8], [64, 64], [64, 64], [64]]);
  assertEquals(runs.map(({ uniforms: { value, step } }) => value ?? step), [0, 1, 0, 0, 1, 0]);
});

Deno.test("a run of known sizes is checked like the first one", () => {
  const recorder = new Recorder({ maxBufferBytes: 2 ** 20, maxBindingBytes: 2 ** 20 }, {
    flush: () => {},
  });
  const [long, short] = [64, 8].map((length) =>
    whole(recorder.buffer(length, "f32", "out", false))
  );
  const uniforms = { count: 64, value: 0 };
  recorder.run(elementwiseFill, { bindings: { out: long }, uniforms });
  assertThrows(
    () => recorder.run(elementwiseFill, { bindings: { out: short }, uniforms }),
    RangeError,
    "binding out requires 64 elements",
  );
  assertThrows(
    () => recorder.run(elementwiseFill, { bindings: { out: long }, uniforms: { count: 64 } }),
    TypeError,
    "uniform value is missing",
  );
});
