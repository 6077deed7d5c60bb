import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { openReferenceDevice } from "../../src/device/mod.ts";
import { Parameters } from "../../src/model/mod.ts";
import { Optimizer, OPTIMIZER_DEFAULTS } from "../../src/optim/mod.ts";
import { testDevices } from "../support/devices.ts";

const RATE = 0.01;
const SHAPES = [
  { name: "matrix", shape: [3, 5], kind: "matrix" },
  { name: "bias", shape: [7], kind: "bias" },
] as const;

const norm = (values: number[]) => Math.hypot(...values);

/** Updates of one tensor as in lamb_optimizer.py and optimization.py, in float64. */
function official(kind: "lamb" | "adamw", start: number[], gradients: number[][], bias: boolean) {
  let weights = start;
  const first = start.map(() => 0);
  const second = start.map(() => 0);
  for (const gradient of gradients) {
    const update = gradient.map((g, i) => {
      first[i] = 0.9 * first[i] + 0.1 * g;
      second[i] = 0.999 * second[i] + 0.001 * g * g;
      return first[i] / (Math.sqrt(second[i]) + 1e-6) + (bias ? 0 : 0.01 * weights[i]);
    });
    const ratio = kind === "lamb" && !bias ? norm(weights) / norm(update) : 1;
    weights = weights.map((w, i) => w - RATE * ratio * update[i]);
  }
  return weights;
}

for (const kind of ["lamb", "adamw"] as const) {
  testDevices(
    `${kind} has no bias correction and adds epsilon outside the square root, as in google-research/albert`,
    async (device) => {
      const parameters = new Parameters(device, SHAPES);
      const optimizer = new Optimizer(parameters, { ...OPTIMIZER_DEFAULTS, kind });
      // Gradients near epsilon / √(1 − β₂), where the position of epsilon matters; far below the clipping norm.
      const gradientAt = (step: number, length: number) =>
        Array.from({ length }, (_, i) => 3e-5 * Math.cos(1 + i + 0.4 * step));
      const starts = parameters.list.map(({ view }) =>
        Array.from({ length: view.length }, (_, i) => Math.fround(Math.sin(i + 0.5)))
      );
      parameters.list.forEach(({ view }, k) => device.write(view, Float32Array.from(starts[k])));
      for (let step = 0; step < 3; step++) {
        for (const { view, gradient } of parameters.list) {
          device.write(gradient!, Float32Array.from(gradientAt(step, view.length)));
        }
        optimizer.step(RATE);
        device.flush();
      }
      for (const [k, { spec, view }] of parameters.list.entries()) {
        const gradients = [0, 1, 2].map((step) => gradientAt(step, view.length));
        const expected = official(kind, starts[k], gradients, spec.kind === "bias");
        const actual = await device.read(view);
        assert(norm(expected.map((w, i) => w - starts[k][i])) > 0.01, "the weights must change");
        expected.forEach((w, i) => assertAlmostEquals(actual[i], w, 1e-6));
      }
      optimizer.free();
      parameters.free();
    },
  );
}

for (const kind of ["lamb", "adamw"] as const) {
  testDevices(
    `${kind} neither updates frozen parameters nor adds them to the norm`,
    async (device) => {
      const shapes = [...SHAPES, { name: "last", shape: [2, 3], kind: "matrix" }] as const;
      const run = async (frozen: string[]) => {
        const parameters = new Parameters(device, shapes);
        const settings = { ...OPTIMIZER_DEFAULTS, kind };
        const optimizer = new Optimizer(
          parameters,
          settings,
          1,
          undefined,
          undefined,
          new Set(frozen),
        );
        for (const { view, gradient, spec } of parameters.list) {
          device.write(view, new Float32Array(view.length).fill(0.5));
          const value = spec.name === "bias" ? 1e3 : 0.25;
          device.write(gradient!, new Float32Array(view.length).fill(value));
        }
        optimizer.step(RATE);
        const { norms } = await optimizer.readLog();
        const values = new Map<string, Float32Array>();
        for (const { spec, view } of parameters.list) {
          values.set(spec.name, (await device.read(view) as Float32Array).slice());
        }
        optimizer.free();
        parameters.free();
        return { norm: norms[0], values };
      };
      const part = await run(["bias"]);
      assertAlmostEquals(part.norm, norm(Array(15 + 6).fill(0.25)), 1e-5);
      assertEquals(part.values.get("bias"), new Float32Array(7).fill(0.5));
      for (const name of ["matrix", "last"]) {
        assert(part.values.get(name)!.every((value) => value < 0.5), name);
      }
      const whole = await run([]);
      assert(whole.norm > 2000, `${whole.norm}`);
      assert(whole.values.get("bias")!.every((value) => value < 0.5));
    },
  );
}

Deno.test("Optimizer rejects parameters without gradients and settings out of range", () => {
  const device = openReferenceDevice({ precision: "f32" });
  const fixed = new Parameters(device, SHAPES, { trainable: false });
  assertThrows(() => new Optimizer(fixed, OPTIMIZER_DEFAULTS), TypeError, "without gradients");
  const names = new Set(SHAPES.map(({ name }) => name as string));
  const none = new Parameters(device, SHAPES);
  assertThrows(
    () => new Optimizer(none, OPTIMIZER_DEFAULTS, 1, undefined, undefined, names),
    TypeError,
    "all frozen",
  );
  const parameters = new Parameters(device, SHAPES);
  for (
    const [change, message] of [
      [{ kind: "sgd" as "lamb" }, 'kind must be "lamb" or "adamw", got "sgd"'],
      [{ beta2: 1 }, "beta2 must be in [0, 1), got 1"],
      [{ epsilon: 0 }, "epsilon must be positive, got 0"],
      [{ weightDecay: -1 }, "weightDecay must be at least 0, got -1"],
      [{ maxGradientNorm: NaN }, "maxGradientNorm must be at least 0, got NaN"],
    ] as const
  ) {
    const settings = { ...OPTIMIZER_DEFAULTS, ...change };
    assertThrows(() => new Optimizer(parameters, settings), RangeError, message);
  }
});
