/** Detects growth in the samples of a long run, and draws them. */
import { drawPlot } from "../../bench/plot.ts";

/** Resources in use after a step. */
export interface Sample {
  step: number;
  /** Number of device buffers. */
  deviceBuffers: number;
  deviceBytes: number;
  /** Bytes of JavaScript's heap and its buffers. */
  heapBytes: number;
  /** Resident bytes of the process. */
  residentBytes: number;
  /** Open files, or 0 if the system does not report them. */
  handles: number;
}

/** The resources that must not grow, and their tolerance. The minimum over samples counts, since garbage is collected late. */
const KINDS: readonly {
  field: Exclude<keyof Sample, "step">;
  name: string;
  tolerance: (before: number) => number;
}[] = [
  { field: "deviceBuffers", name: "device buffers", tolerance: () => 0 },
  { field: "deviceBytes", name: "bytes of device memory", tolerance: () => 0 },
  {
    field: "heapBytes",
    name: "bytes of the heap",
    tolerance: (before) => 0.1 * before + 4 * 2 ** 20,
  },
  {
    field: "residentBytes",
    name: "bytes of memory",
    tolerance: (before) => 0.1 * before + 32 * 2 ** 20,
  },
  { field: "handles", name: "open files", tolerance: () => 0 },
];

/**
 * Describes the resources that are larger in the last quarter of a run than in its second quarter. Caches may fill in the first
 * quarter.
 */
export function growth(samples: readonly Sample[]): string[] {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return ["too few samples"];
  const second = samples.slice(quarter, 2 * quarter), last = samples.slice(-quarter);
  return KINDS.flatMap(({ field, name, tolerance }) => {
    const least = (some: readonly Sample[]) => Math.min(...some.map((sample) => sample[field]));
    const [before, after] = [least(second), least(last)];
    return after <= before + tolerance(before) ? [] : [`${name}: from ${before} to ${after}`];
  });
}

const MEBIBYTE = 2 ** 20;

/** Draws the curve of each resource as SVG. */
export function plot(samples: readonly Sample[]): string {
  const curves: readonly (readonly [string, (sample: Sample) => number])[] = [
    ["device memory (MiB)", ({ deviceBytes }) => deviceBytes / MEBIBYTE],
    ["device buffers", ({ deviceBuffers }) => deviceBuffers],
    ["heap (MiB)", ({ heapBytes }) => heapBytes / MEBIBYTE],
    ["resident memory (MiB)", ({ residentBytes }) => residentBytes / MEBIBYTE],
    ["open files", ({ handles }) => handles],
  ];
  return drawPlot({
    title: "Resources of a long run",
    columns: 1,
    size: { width: 640, height: 90 },
    panels: curves.map(([title, value]) => ({
      title,
      x: { title: "step" },
      y: { title: "", zero: true },
      lines: [{
        points: samples.map((sample) => [sample.step, value(sample)] as const),
        color: "#1f5fa8",
      }],
    })),
  });
}
