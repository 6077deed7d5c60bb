/** A run's samples as a picture. */
import type { TopLevelSpec } from "vega-lite";
import type { Sample } from "./growth.ts";

const MEBIBYTE = 2 ** 20;

/** Curves of everything that must stay level, one below the other, as SVG. */
export async function plot(samples: readonly Sample[]): Promise<string> {
  const [vega, lite] = await Promise.all([import("vega"), import("vega-lite")]);
  const curves: readonly (readonly [string, (sample: Sample) => number])[] = [
    ["device memory (MiB)", ({ deviceBytes }) => deviceBytes / MEBIBYTE],
    ["device buffers", ({ deviceBuffers }) => deviceBuffers],
    ["heap (MiB)", ({ heapBytes }) => heapBytes / MEBIBYTE],
    ["resident memory (MiB)", ({ residentBytes }) => residentBytes / MEBIBYTE],
    ["open files", ({ handles }) => handles],
  ];
  const spec: TopLevelSpec = {
    background: "white",
    vconcat: curves.map(([title, value]) => ({
      width: 640,
      height: 90,
      data: { values: samples.map((sample) => ({ step: sample.step, value: value(sample) })) },
      mark: { type: "line", strokeWidth: 1.2 },
      encoding: {
        x: { field: "step", type: "quantitative", axis: { title: null, format: ",d" } },
        y: { field: "value", type: "quantitative", title, scale: { zero: true } },
      },
    })),
  };
  const view = new vega.View(vega.parse(lite.compile(spec).spec), { renderer: "none" });
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}
