/**
 * `deno task kernels plan`: the dispatches of a training step on an adapter that need not be present.
 *
 * @module
 */
import { Command, EnumType } from "@cliffy/command";
import type { DescribedAdapter, PlannedDispatch } from "../../src/device/mod.ts";
import { UsageError } from "../cli/errors.ts";

/** Streaming multiprocessors of an H200: a dispatch of fewer workgroups leaves some of them idle. */
const FULL_CARD = 132;

/** `kernels plan`. */
export const plan = new Command()
  .description(
    "List the dispatches of a training step on an adapter, which need not be present.\n" +
      "Names of adapters: rdna3, sm86, arc, apple-m, mali, adreno, llvmpipe.",
  )
  .type("precision", new EnumType(["f32", "f16"] as const))
  .option("--config <name:string>", "Preset or config.json.", { default: "albert-base-v2" })
  .option("--batch-size <n:integer>", "Examples per step.", { default: 8 })
  .option("--max-seq-length <n:integer>", "Tokens per example.", { default: 128 })
  .option("--precision <name:precision>", "Precision of matrix multiplications.", {
    default: "f32" as const,
  })
  .option("--adapter <name:string>", "Name of an adapter, or a JSON file that describes one.", {
    required: true,
  })
  .option("--json", "Print one JSON object with all dispatches.")
  .example("An AMD card", "deno task kernels plan --adapter rdna3")
  .action(async ({ config, batchSize, maxSeqLength, precision, adapter: name, json }) => {
    const adapter = await findAdapter(name);
    const dispatches = await planDispatches(
      adapter,
      config,
      batchSize,
      maxSeqLength,
      precision,
    );
    if (json) console.log(JSON.stringify(planJson(adapter, dispatches)));
    else for (const line of planTable(adapter, dispatches)) console.log(line);
  });

/** @throws {UsageError} for an unknown name, or a file that is not a valid description. */
async function findAdapter(name: string): Promise<DescribedAdapter> {
  const { ADAPTER_NAMES, namedAdapter, readAdapter } = await import("../../src/device/mod.ts");
  const known = namedAdapter(name);
  if (known !== undefined) return known;
  let text: string;
  try {
    text = await Deno.readTextFile(name);
  } catch (error) {
    throw new UsageError(
      `--adapter must be one of ${ADAPTER_NAMES.join(", ")}, or a JSON file; cannot read ${
        JSON.stringify(name)
      }: ${(error as Error).message.replace(/ \(os error.*/, "")}`,
    );
  }
  try {
    return readAdapter(text, name);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/**
 * Plans the training step of a preset or a config.json.
 *
 * @throws {UsageError} for an unknown preset, or sizes that are not valid.
 * @throws {Error} if a tensor or a kernel exceeds the adapter's limits.
 */
async function planDispatches(
  adapter: DescribedAdapter,
  name: string,
  batchSize: number,
  maxSeqLength: number,
  precision: "f32" | "f16",
): Promise<readonly PlannedDispatch[]> {
  const { DispatchPlan } = await import("../../src/device/mod.ts");
  const { planPretrainingStep } = await import("../../src/pretraining/mod.ts");
  const { namedConfig } = await import("../cli/model_plan.ts");
  if (batchSize < 1) {
    throw new UsageError(`--batch-size must be a positive integer, got ${batchSize}`);
  }
  if (precision === "f16" && !adapter.capabilities.shaderF16) {
    throw new UsageError(`--precision f16 requires shader-f16, which ${adapter.name} lacks`);
  }
  if (maxSeqLength < 5) {
    throw new UsageError(`--max-seq-length must be an integer of at least 5, got ${maxSeqLength}`);
  }
  const { config, sequenceLength, maxPredictions } = await namedConfig(name, maxSeqLength);
  const { maxPositionEmbeddings } = config;
  if (sequenceLength > maxPositionEmbeddings) {
    throw new UsageError(
      `--max-seq-length must be at most ${maxPositionEmbeddings}, the positions of ${name}, got ${sequenceLength}`,
    );
  }
  const plan = new DispatchPlan(adapter);
  planPretrainingStep(config, batchSize, sequenceLength, maxPredictions, {
    limits: adapter.limits,
    onRun: (kernel, run) => plan.add(kernel, run),
    precision,
  });
  return plan.dispatches;
}

/** The object that `--json` prints. */
function planJson({ name }: DescribedAdapter, dispatches: readonly PlannedDispatch[]) {
  return {
    adapter: name,
    dispatches: dispatches.length,
    flops: sum(dispatches, ({ flops }) => flops),
    bytes: sum(dispatches, ({ bytes }) => bytes),
    runs: dispatches.map(({ kernel, variant, ...run }) => ({
      kernel: kernel.name,
      variant: variant.name,
      workgroups: run.workgroups,
      invocations: run.invocations,
      flops: run.flops,
      bytes: run.bytes,
      structural: run.structural,
      uniforms: run.uniforms,
    })),
  };
}

const HEADS = ["kernel", "variant", "calls", "flops", "full", "GB", "workgroups"];

function planTable(
  { name }: DescribedAdapter,
  dispatches: readonly PlannedDispatch[],
): string[] {
  const flopsOf = (all: readonly PlannedDispatch[]) => sum(all, ({ flops }) => flops);
  const total = flopsOf(dispatches);
  const share = (all: readonly PlannedDispatch[], whole: number) =>
    whole === 0 ? "" : `${(100 * flopsOf(all) / whole).toFixed(1)}%`;
  const full = (all: readonly PlannedDispatch[]) =>
    share(all.filter(({ workgroups }) => workgroups >= FULL_CARD), flopsOf(all));
  const groups = [
    ...Map.groupBy(dispatches, ({ kernel, variant }) => `${kernel.name}\n${variant.name}`),
  ].sort(([, a], [, b]) => flopsOf(b) - flopsOf(a));
  const rows = groups.map(([key, all]) => {
    const counts = all.map(({ workgroups }) => workgroups);
    const [least, most] = [Math.min(...counts), Math.max(...counts)];
    return [
      ...key.split("\n"),
      String(all.length),
      share(all, total),
      full(all),
      (sum(all, ({ bytes }) => bytes) / 1e9).toFixed(3),
      least === most ? `${least}` : `${least} to ${most}`,
    ];
  });
  const widths = HEADS.map((head, i) => Math.max(head.length, ...rows.map((row) => row[i].length)));
  const line = (cells: readonly string[]) =>
    cells.map((cell, i) => i < 2 ? cell.padEnd(widths[i]) : cell.padStart(widths[i])).join("  ");
  const matmuls = dispatches.filter(({ kernel }) => kernel.name.startsWith("matmul."));
  const small = dispatches.filter(({ workgroups }) => workgroups < FULL_CARD).length;
  return [
    line(HEADS),
    ...rows.map(line),
    "",
    `${name}: ${dispatches.length} dispatches, ${(total / 1e9).toFixed(1)} GFLOP, ${
      (sum(dispatches, ({ bytes }) => bytes) / 1e9).toFixed(2)
    } GB`,
    `full: share of the flops in dispatches of at least ${FULL_CARD} workgroups; ${small} dispatches have fewer`,
    `matmul: ${full(matmuls)} of its flops in dispatches of at least ${FULL_CARD} workgroups`,
  ];
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
