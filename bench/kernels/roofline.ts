/**
 * Kernels under the roof of what the adapter can do: arithmetic per byte against GFLOP/s.
 *
 * @module
 */
import type { TopLevelSpec } from "vega-lite";
import type { KernelBench } from "./kernels.ts";

/** Points of the roof's edge. */
const STEPS = 60;
/** Runs that move less show what a dispatch costs and nothing else. */
const LEAST_MEGABYTES = 0.0625;

/** The drawing; of each run the variant that the device takes by itself. */
export function rooflineSpec({ kind, adapter, ceilings, results }: KernelBench): TopLevelSpec {
  const points = results
    .filter(({ chosen, gigaflopsPerSecond, gigabytesPerSecond, milliseconds }) =>
      chosen && gigaflopsPerSecond > 0 && gigabytesPerSecond * milliseconds > LEAST_MEGABYTES
    )
    .map(({ kernel, size, variant, gigaflopsPerSecond, gigabytesPerSecond }) => ({
      family: kernel.split(".")[0],
      label: `${kernel} ${size} (${variant})`,
      intensity: gigaflopsPerSecond / gigabytesPerSecond,
      speed: gigaflopsPerSecond,
    }));
  const intensities = points.map(({ intensity }) => intensity);
  const least = Math.min(...intensities) / 2, most = Math.max(...intensities) * 2;
  const { copies, gigaflopsPerSecond } = ceilings;
  // Small copies stay in caches: the first is the steepest roof, the last that of large tensors.
  const roofs = [copies[0], copies[copies.length - 1]].flatMap(({ bytes, gigabytesPerSecond }) =>
    Array.from({ length: STEPS + 1 }, (_, i) => {
      const intensity = least * (most / least) ** (i / STEPS);
      const speed = Math.min(gigaflopsPerSecond ?? Infinity, intensity * gigabytesPerSecond);
      return { intensity, speed, roof: `${Math.round(bytes / 2 ** 20 * 100) / 100} MiB` };
    })
  );
  const x = { field: "intensity", type: "quantitative", scale: { type: "log", nice: false } };
  const y = { field: "speed", type: "quantitative", scale: { type: "log" } };
  return {
    background: "white",
    width: 720,
    height: 440,
    title: `Roofline of ${kind}: ${adapter}`,
    layer: [{
      data: { values: roofs },
      mark: { type: "line", color: "#888888" },
      encoding: {
        x: { ...x, axis: { title: "operations a byte", grid: false } },
        y: { ...y, axis: { title: "GFLOP/s" } },
        strokeDash: { field: "roof", type: "nominal", legend: { title: "copies of" } },
      },
    }, {
      data: { values: points },
      mark: { type: "point", filled: true, size: 45, opacity: 0.8 },
      encoding: {
        x,
        y,
        color: { field: "family", type: "nominal", legend: { title: "kernels" } },
        tooltip: { field: "label", type: "nominal" },
      },
    }],
  } as TopLevelSpec;
}
