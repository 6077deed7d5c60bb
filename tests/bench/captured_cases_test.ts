// Kernel cases that are captured from a training step, and can be run again.
import { assert, assertEquals } from "@std/assert";
import { benchConfig } from "../../bench/workload.ts";
import { capturedCases } from "../../bench/kernels/captured_cases.ts";
import { benchKernels } from "../../bench/kernels/kernels.ts";
import { drawRoofline } from "../../bench/kernels/kernels.ts";
import { activeBindings, KERNELS } from "../../kernels/mod.ts";

const sizes = { batch: 2, sequence: 32, maxPredictions: 5 };

Deno.test("captured cases include forward, backward and update with their indices", async () => {
  const cases = await capturedCases(benchConfig("smoke"), sizes);
  const names = ["embedding.forward", "cross_entropy.backward", "optimizer.lamb_apply"];
  for (const name of names) assert(name in cases, name);
  for (const kernel of KERNELS.filter(({ name }) => name in cases)) {
    for (const { uniforms, structural, lengths, fill } of cases[kernel.name]) {
      assertEquals(Object.keys(kernel.uniforms).filter((name) => !(name in uniforms)), []);
      assertEquals(Object.keys(lengths ?? {}), activeBindings(kernel, structural));
      const needed = kernel.lengths(uniforms, structural);
      for (const name in lengths) assert(lengths[name] >= (needed[name] ?? 0), name);
      for (const name in fill) {
        if (kernel.bindings[name].type !== "u32") continue;
        assertEquals(fill[name](lengths![name], Math.random).length, lengths![name], name);
      }
    }
  }
  const [{ fill }] = cases["embedding.forward"];
  assert([...Array.from(fill!.ids(64, Math.random))].some((id) => id > 5), "words of the text");
});

Deno.test("a step of the largest model is captured without allocating memory", async () => {
  const cases = await capturedCases(benchConfig("albert-xxlarge-v2"), sizes);
  assert(cases["matmul.matmul"].some(({ uniforms: { n, k } }) => n === 16_384 && k === 4096));
});

Deno.test("captured cases are measured and drawn as a roofline", async () => {
  const cases = await capturedCases(benchConfig("nano"), sizes);
  const bench = await benchKernels({ device: "cpu", only: "layer_norm", cases, chosenOnly: true });
  assert(bench.results.length > 2);
  for (const { milliseconds, gigabytesPerSecond } of bench.results) {
    assert(milliseconds >= 0 && gigabytesPerSecond > 0);
  }
  const svg = drawRoofline(bench);
  assert(svg.startsWith("<svg") && !/NaN|Infinity|undefined/.test(svg));
  assert(svg.split("<title>").length > 1, "points have names");
  const tiny = drawRoofline({ ...bench, results: [] });
  assert(!/NaN|Infinity|undefined/.test(tiny), "a plot without points has axes");
});
