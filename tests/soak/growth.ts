/** Whether anything grew that must not. */

/** What a run holds after a step. */
export interface Sample {
  step: number;
  /** Pieces of device memory, and their bytes. */
  deviceBuffers: number;
  deviceBytes: number;
  /** Of JavaScript's heap. */
  heapBytes: number;
  /** Of the process. */
  residentBytes: number;
  /** Open files; 0 where the system does not tell. */
  handles: number;
}

/** Kinds that are compared as they are, with what they may differ by, and of which the least counts: garbage waits to be collected. */
const KINDS: readonly {
  field: Exclude<keyof Sample, "step">;
  name: string;
  may: (before: number) => number;
}[] = [
  { field: "deviceBuffers", name: "device buffers", may: () => 0 },
  { field: "deviceBytes", name: "bytes of device memory", may: () => 0 },
  { field: "heapBytes", name: "bytes of the heap", may: (before) => 0.1 * before + 4 * 2 ** 20 },
  { field: "residentBytes", name: "bytes of memory", may: (before) => 0.1 * before + 32 * 2 ** 20 },
  { field: "handles", name: "open files", may: () => 0 },
];

/**
 * Sentences about what was more in the last quarter of a run than in its second one; none where nothing was. The first quarter is left to caches that fill.
 */
export function growth(samples: readonly Sample[]): string[] {
  const quarter = Math.floor(samples.length / 4);
  if (quarter === 0) return ["too few samples to tell"];
  const second = samples.slice(quarter, 2 * quarter), last = samples.slice(-quarter);
  return KINDS.flatMap(({ field, name, may }) => {
    const least = (some: readonly Sample[]) => Math.min(...some.map((sample) => sample[field]));
    const [before, after] = [least(second), least(last)];
    return after <= before + may(before) ? [] : [`${name}: from ${before} to ${after}`];
  });
}
