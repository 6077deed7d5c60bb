/**
 * Models the time of a training step on GPUs that are not at hand, from the plan of its dispatches and the efficiencies of their
 * variants, which follow from compiled code. Nothing is measured.
 *
 * @module
 */
import type { StructuralValue } from "../../kernels/mod.ts";
import { type CompiledStep, type PipelineResult, structuralText } from "./compiled.ts";
import type { Mix } from "./assembly.ts";

/** A graphics card. */
export interface Card {
  readonly name: string;
  /** Name of the adapter of `kernels plan`. */
  readonly adapter: string;
  /** GPU whose compiled code is used. */
  readonly compiled: CompiledStep["gpu"];
  /** Number of cores: multiprocessors, compute units, Xe cores. Each has 128 multiply-adds per cycle. */
  readonly cores: number;
  /** In hertz, under load. */
  readonly clock: number;
  /** Memory bandwidth in bytes per second. */
  readonly bandwidth: number;
  /** Seconds from one dispatch to the next that depends on it. */
  readonly launch: number;
  /** Most subgroups on a core. */
  readonly subgroups: number;
  /** Bytes of workgroup memory of a core. */
  readonly localBytes: number;
  /** What is not the card's own. */
  readonly note: string;
}

/** Cards by name. Clocks are typical under load, sizes are from the vendors' data sheets, launches are assumptions. */
export const CARDS: Readonly<Record<string, Card>> = {
  h200: {
    ...{ name: "H200", adapter: "sm86", compiled: "sm86", cores: 132, clock: 1.83e9 },
    ...{ bandwidth: 4.8e12, launch: 2.5e-6, subgroups: 64, localBytes: 232_448 },
    note: "code of sm_86",
  },
  rtx4090: {
    ...{ name: "RTX 4090", adapter: "sm86", compiled: "sm86", cores: 128, clock: 2.52e9 },
    ...{ bandwidth: 1.008e12, launch: 2.5e-6, subgroups: 48, localBytes: 102_400 },
    note: "code of sm_86",
  },
  rx7900xtx: {
    ...{ name: "RX 7900 XTX", adapter: "rdna3", compiled: "rdna3", cores: 96, clock: 2.4e9 },
    ...{ bandwidth: 0.96e12, launch: 4e-6, subgroups: 32, localBytes: 65_536 },
    note: "",
  },
  a770: {
    ...{ name: "Arc A770", adapter: "arc", compiled: "arc", cores: 32, clock: 2.2e9 },
    ...{ bandwidth: 0.56e12, launch: 6e-6, subgroups: 128, localBytes: 131_072 },
    note: "",
  },
  m3max: {
    ...{ name: "M3 Max, 40 cores", adapter: "apple-m", compiled: "rdna3", cores: 40, clock: 1.4e9 },
    ...{ bandwidth: 0.4e12, launch: 6e-6, subgroups: 24, localBytes: 32_768 },
    note: "by analogy: code of RDNA3",
  },
};

/** Multiply-adds of a core per cycle, and bytes that it reads from workgroup memory. */
const LANES = 128;
const LOCAL_BYTES = 128;

/** Cycles from a load to its value, and of a barrier. Assumptions. */
const LOAD_CYCLES = 650;
const BARRIER_CYCLES = 60;

/** Share of the bandwidth that kernels reach. An assumption. */
const BANDWIDTH_SHARE = 0.7;

/** Issue slots of an instruction: conversions and special functions run at a quarter of the rate, spills wait for the cache. */
const SLOTS: Readonly<Partial<Record<keyof Mix["kinds"], number>>> = {
  convert: 4,
  special: 4,
  scratch: 8,
};

function slots(mix: Mix | null): number {
  if (mix === null) return 0;
  return Object.entries(mix.kinds).reduce(
    (sum, [kind, count]) => sum + count * (SLOTS[kind as keyof Mix["kinds"]] ?? 1),
    0,
  );
}

/** How well a card runs a pipeline. */
export interface Efficiency {
  readonly kernel: string;
  readonly variant: string;
  /** Structural parameters that are not off. */
  readonly structural: string;
  /** Elements of C per invocation and along k per stage, of matmuls. */
  readonly tile: { readonly elements: number; readonly depth: number } | null;
  /** Share of the cycles of a core that are multiply-adds of the loop, if 1, 2, … workgroups share the core; empty without a loop. */
  readonly byWorkgroups: readonly number[];
  /** Most workgroups on a core. */
  readonly resident: number;
  /** Issue slots of an invocation without repetitions of the loop. */
  readonly slots: number;
  /** Issue slots of an iteration of the loop. */
  readonly loopSlots: number;
  /** Bytes that an iteration of the loop reads from buffers. */
  readonly loopBytes: number;
}

/**
 * Derives the efficiency of a pipeline on a card from its compiled code.
 *
 * A stage is one turn of the outer of the two loops around the hottest code, with `turns` turns of the inner one. For a workgroup of `i`
 * invocations on a core of 128 lanes:
 *
 * - issue `T_i = i · (turns · slots(inner) + slots(outer)) / 128`
 * - workgroup memory `T_l = i · (turns · bytes(inner) + bytes(outer)) / 128`
 * - `T = max(T_i, T_l)`; multiply-adds `F = i · turns · fma(inner) / 128`
 * - exposed latency `X = 2 · 60 + 650`, or with loads ahead `X = 2 · 60 + max(0, 650 − T)`; 0 in a loop that never waits at a barrier
 * - with `r` workgroups on the core: `efficiency(r) = r · F / max(r · T, T + X)`
 */
export function efficiencyOf(pipeline: PipelineResult, card: Card): Efficiency {
  const { invocations, subgroupSize, localBytes, inner, outer, tuning, depth } = pipeline;
  const subgroups = Math.ceil(invocations / subgroupSize);
  const resident = Math.max(
    1,
    Math.min(
      Math.floor(Math.min(pipeline.subgroupsPerCore, card.subgroups) / subgroups),
      localBytes ? Math.floor(card.localBytes / localBytes) : Infinity,
      32,
    ),
  );
  const elements = (tuning.invocation_rows ?? 0) * 4 * (tuning.invocation_vectors ?? 0);
  const tile = depth !== null && elements > 0 ? { elements, depth } : null;
  const fma = inner?.kinds.fma ?? 0;
  const turns = tile === null || fma === 0 ? 1 : Math.max(1, tile.elements * tile.depth / fma);
  const issue = invocations * (turns * slots(inner) + slots(outer)) / LANES;
  const local = invocations * (turns * (inner?.localBytes ?? 0) + (outer?.localBytes ?? 0)) /
    LOCAL_BYTES;
  const time = Math.max(issue, local);
  const waits = ((inner?.kinds.barrier ?? 0) + (outer?.kinds.barrier ?? 0)) > 0;
  const loads = pipeline.loadsAhead ? Math.max(0, LOAD_CYCLES - time) : LOAD_CYCLES;
  const exposed = waits ? 2 * BARRIER_CYCLES + loads : 0;
  const useful = invocations * turns * fma / LANES;
  return {
    kernel: pipeline.kernel,
    variant: pipeline.variant,
    structural: structuralText(pipeline.structural),
    tile,
    byWorkgroups: fma === 0 ? [] : Array.from(
      { length: Math.min(resident, 8) },
      (_, i) => round((i + 1) * useful / Math.max((i + 1) * time, time + exposed)),
    ),
    resident,
    slots: slots(pipeline.whole),
    loopSlots: slots(inner),
    loopBytes: inner?.globalBytes ?? 0,
  };
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

/** The committed table. */
export type EfficiencyTable = Readonly<Record<string, readonly Efficiency[]>>;

/** The efficiencies of all compiled pipelines on all cards. */
export function efficiencyTable(steps: readonly CompiledStep[]): EfficiencyTable {
  return Object.fromEntries(
    Object.entries(CARDS).map(([name, card]) => {
      const step = steps.find(({ gpu }) => gpu === card.compiled);
      return [name, step?.pipelines.map((pipeline) => efficiencyOf(pipeline, card)) ?? []];
    }),
  );
}

/** A dispatch as `kernels plan --json` prints it. */
export interface PlannedRun {
  readonly kernel: string;
  readonly variant: string;
  readonly workgroups: number;
  readonly invocations: number;
  readonly flops: number;
  readonly bytes: number;
  readonly structural: Readonly<Record<string, StructuralValue>>;
  readonly uniforms: Readonly<Record<string, number>>;
}

/** The object that `kernels plan --json` prints. */
export interface PlanJson {
  readonly adapter: string;
  readonly dispatches: number;
  readonly flops: number;
  readonly bytes: number;
  readonly runs: readonly PlannedRun[];
}

/** Modeled time of the dispatches of a kernel and variant. */
export interface ModeledKernel {
  readonly kernel: string;
  readonly variant: string;
  readonly calls: number;
  readonly milliseconds: number;
  readonly flops: number;
}

/** Modeled time of a step. */
export interface ModeledStep {
  readonly card: string;
  readonly dispatches: number;
  readonly milliseconds: number;
  /** Of `milliseconds`, the time between dispatches. */
  readonly launchMilliseconds: number;
  /** Share of the card's arithmetic peak. */
  readonly shareOfPeak: number;
  /** Slowest first. */
  readonly kernels: readonly ModeledKernel[];
}

/**
 * Models a step: each dispatch takes the longest of its arithmetic, its traffic at 0.7 of the bandwidth, its instructions and the latency of
 * its loops, and a launch. The workgroups are divided evenly over the cores, so the time is that of the core with the most.
 *
 * @throws {Error} if the table lacks a variant of the plan.
 */
export function modelStep(plan: PlanJson, name: string, table: EfficiencyTable): ModeledStep {
  const card = CARDS[name];
  const known = new Map(
    table[name].map((one) => [`${one.kernel}/${one.variant} ${one.structural}`, one]),
  );
  const sums = new Map<string, { -readonly [K in keyof ModeledKernel]: ModeledKernel[K] }>();
  for (const run of plan.runs) {
    const label = `${run.kernel}/${run.variant} ${structuralText(run.structural)}`;
    const efficiency = known.get(label);
    if (efficiency === undefined) {
      throw new Error(
        `bench/gpu/compiled/efficiencies.json has no ${label.trim()} for ${card.name}; run deno task bench compile --update-results`,
      );
    }
    const seconds = runSeconds(run, card, efficiency);
    const key = `${run.kernel}/${run.variant}`;
    let sum = sums.get(key);
    if (sum === undefined) {
      const { kernel, variant } = run;
      sums.set(key, sum = { kernel, variant, calls: 0, milliseconds: 0, flops: 0 });
    }
    sum.calls++;
    sum.milliseconds += seconds * 1e3;
    sum.flops += run.flops;
  }
  const kernels = [...sums.values()].sort((a, b) => b.milliseconds - a.milliseconds);
  const launchMilliseconds = plan.runs.length * card.launch * 1e3;
  const milliseconds = kernels.reduce((sum, one) => sum + one.milliseconds, launchMilliseconds);
  const peak = 2 * LANES * card.cores * card.clock;
  return {
    ...{ card: card.name, dispatches: plan.runs.length, milliseconds, launchMilliseconds, kernels },
    shareOfPeak: plan.flops / (milliseconds / 1e3) / peak,
  };
}

/** Seconds of a dispatch without its launch. */
function runSeconds(run: PlannedRun, card: Card, efficiency: Efficiency): number {
  const { workgroups, invocations, flops, bytes } = run;
  const { tile, byWorkgroups, resident, slots, loopSlots, loopBytes } = efficiency;
  const onCore = Math.ceil(workgroups / card.cores);
  const traffic = bytes / (BANDWIDTH_SHARE * card.bandwidth);
  let fmas = flops / 2 / workgroups;
  if (tile !== null) {
    const k = run.uniforms.part_length ?? run.uniforms.k;
    fmas = invocations / workgroups * tile.elements * Math.ceil(k / tile.depth) * tile.depth;
  }
  const share = byWorkgroups[Math.min(onCore, byWorkgroups.length) - 1];
  const arithmetic = share === undefined ? 0 : onCore * fmas / (LANES * share);
  if (tile !== null) return Math.max(traffic, arithmetic / card.clock);
  const turns = loopBytes === 0 ? 1 : Math.max(1, bytes / invocations / loopBytes);
  const issue = onCore * (invocations / workgroups) * (slots + (turns - 1) * loopSlots) / LANES;
  const latency = turns * LOAD_CYCLES * Math.ceil(onCore / resident);
  return Math.max(traffic, Math.max(arithmetic, issue, latency) / card.clock);
}
