import { assertAlmostEquals, assertEquals } from "@std/assert";
import { type Parameter, Parameters } from "../../src/model/mod.ts";
import { Optimizer, OPTIMIZER_DEFAULTS } from "../../src/optim/mod.ts";
import { testDevices } from "../support/devices.ts";

/** Returns the L2 norm of a tensor. */
const norm = (values: ArrayLike<number>) =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0));

// A tensor of several blocks, a shorter one, and a vector without trust ratio.
const specs = [
  { name: "table", shape: [70, 100], kind: "matrix" },
  { name: "matrix", shape: [5, 9], kind: "matrix" },
  { name: "bias", shape: [13], kind: "bias" },
] as const;

testDevices("readTensorNorms() returns the norms of all tensors after a step", async (device) => {
  for (const kind of ["lamb", "adamw"] as const) {
    const parameters = new Parameters(device, specs);
    const optimizer = new Optimizer(parameters, { ...OPTIMIZER_DEFAULTS, kind });
    const fill = ({ view, gradient }: Parameter, scale: number) => {
      const values = (size: number, phase: number) =>
        Float32Array.from({ length: size }, (_, i) => scale * Math.sin(i + phase));
      device.write(view, values(view.length, 0.3));
      device.write(gradient!, values(view.length, 1.7));
    };
    parameters.list.forEach((parameter, i) => fill(parameter, i + 1));
    const before = await Promise.all(parameters.list.map(({ view }) => device.read(view)));
    const gradients = await Promise.all(parameters.list.map((p) => device.read(p.gradient!)));
    optimizer.step(0.01);
    const norms = await optimizer.readTensorNorms();
    const after = await Promise.all(parameters.list.map(({ view }) => device.read(view)));

    assertEquals(norms.map(({ name }) => name), ["table", "matrix", "bias"]);
    norms.forEach(({ parameterNorm, gradientNorm, trustRatio }, i) => {
      assertAlmostEquals(parameterNorm, norm(after[i]), 1e-5 * norm(after[i]));
      assertAlmostEquals(gradientNorm, norm(gradients[i]), 1e-5 * norm(gradients[i]));
      if (kind === "adamw") return assertEquals(trustRatio, undefined);
      if (i === 2) return assertEquals(trustRatio, 1);
      // The first update, from moments of zero.
      const update = Array.from(gradients[i], (g, k) => {
        const clipped = g / Math.hypot(...gradients.map(norm));
        const moment = 0.1 * clipped / (Math.sqrt(0.001) * Math.abs(clipped) + 1e-6);
        return moment + 0.01 * before[i][k];
      });
      const expected = norm(before[i]) / norm(update);
      assertAlmostEquals(trustRatio!, expected, 1e-4 * expected);
    });

    // Reading does not change the next step.
    optimizer.step(0.01);
    const { norms: [global] } = await optimizer.readLog();
    assertAlmostEquals(global, Math.hypot(...gradients.map(norm)), 1e-4 * global);
    optimizer.free();
    parameters.free();
  }
});
