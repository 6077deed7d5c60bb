/**
 * A profile in the Trace Event Format, which https://ui.perfetto.dev and chrome://tracing open.
 *
 * Format: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 * @module
 */
import type { TracedProfile } from "./run_profile.ts";

/** One entry of a trace. */
interface TraceEvent {
  readonly name: string;
  /** `X` a slice with a duration, `C` a counter, `M` a name of a track, `i` a moment. */
  readonly ph: "X" | "C" | "M" | "i";
  readonly pid: number;
  readonly tid?: number;
  /** Microseconds. */
  readonly ts?: number;
  readonly dur?: number;
  readonly cat?: string;
  readonly args?: Readonly<Record<string, unknown>>;
}

const PROCESS = 1;
const KERNELS = 1;

/** The trace as JSON text: a slice a kernel run, and the memory at its peak by holder. */
export function traceJson({ profile, runs }: TracedProfile): string {
  const { device, memory, holders, firstStep, steps } = profile;
  const names: TraceEvent[] = [
    { name: "process_name", ph: "M", pid: PROCESS, args: { name: device } },
    { name: "thread_name", ph: "M", pid: PROCESS, tid: KERNELS, args: { name: "kernels" } },
  ];
  const slices = runs.map((run): TraceEvent => ({
    name: run.kernel,
    cat: run.kernel.split(".")[0],
    ph: "X",
    pid: PROCESS,
    tid: KERNELS,
    ts: 1000 * run.start,
    dur: 1000 * run.milliseconds,
    args: {
      variant: run.variant,
      gigaflops_per_second: rate(run.flops, run.milliseconds),
      gigabytes_per_second: rate(run.bytes, run.milliseconds),
      bytes: run.bytes,
    },
  }));
  const start = slices[0]?.ts ?? 0;
  const held: TraceEvent[] = [
    {
      name: "device memory",
      ph: "C",
      pid: PROCESS,
      ts: start,
      args: { persistent: memory.persistentBytes, temporary: memory.temporaryBytes },
    },
    {
      name: "memory at the peak, by holder",
      ph: "i",
      pid: PROCESS,
      tid: KERNELS,
      ts: start,
      args: Object.fromEntries(holders.map(({ label, bytes }) => [label, bytes])),
    },
  ];
  const otherData = { firstStep, steps, peakBytes: memory.peakBytes };
  return JSON.stringify({
    displayTimeUnit: "ms",
    otherData,
    traceEvents: [...names, ...slices, ...held],
  });
}

function rate(amount: number, milliseconds: number): number {
  return milliseconds > 0 ? amount / milliseconds / 1e6 : 0;
}
