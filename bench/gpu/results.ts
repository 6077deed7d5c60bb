/**
 * The committed results of compiling and modeling, in `bench/gpu/compiled`.
 *
 * @module
 */
import { figure, tableOf } from "../table.ts";
import {
  COMPILED_GPUS,
  compiledPage,
  type CompiledStep,
  fmaShare,
  structuralText,
} from "./compiled.ts";
import {
  CARDS,
  type EfficiencyTable,
  efficiencyTable,
  type ModeledStep,
  modelStep,
  type PlanJson,
} from "./time_model.ts";

/** Folder of the results. */
const RESULTS = new URL("./compiled/", import.meta.url);

/** Fewest workgroups that fill an H200. */
const FULL_CARD = 132;

/** Reads the compiled steps. */
export async function readCompiled(): Promise<CompiledStep[]> {
  return await Promise.all(
    COMPILED_GPUS.map(async (gpu) =>
      JSON.parse(await Deno.readTextFile(new URL(`${gpu}.json`, RESULTS)))
    ),
  );
}

/** Reads the table of efficiencies. */
export async function readEfficiencies(): Promise<EfficiencyTable> {
  return JSON.parse(await Deno.readTextFile(new URL("efficiencies.json", RESULTS)));
}

/** Writes compiled steps, their tables, and the efficiencies that follow from them. */
export async function writeCompiled(steps: readonly CompiledStep[]): Promise<void> {
  await Deno.mkdir(RESULTS, { recursive: true });
  for (const step of steps) {
    const { pipelines, ...head } = step;
    await write(`${step.gpu}.json`, linesOfJson(head, { pipelines }));
    await write(`${step.gpu}.md`, compiledPage(step));
  }
  await write("efficiencies.json", linesOfJson({}, efficiencyTable(steps)));
}

async function write(file: string, text: string): Promise<void> {
  await Deno.writeTextFile(new URL(file, RESULTS), text);
}

/** A JSON object with one line per element of its lists. */
function linesOfJson(head: object, lists: Readonly<Record<string, readonly unknown[]>>): string {
  const fields = [
    ...Object.entries(head).map(([name, value]) =>
      `${JSON.stringify(name)}:${JSON.stringify(value)}`
    ),
    ...Object.entries(lists).map(([name, list]) =>
      `${JSON.stringify(name)}:[\n${list.map((one) => JSON.stringify(one)).join(",\n")}\n]`
    ),
  ];
  return `{${fields.join(",\n")}}\n`;
}

/** Returns the plan of a step on an adapter, as `kernels plan --json` prints it. */
export type PlanOn = (adapter: string) => Promise<PlanJson>;

/** Models a step on all cards. */
export async function modelAll(planOn: PlanOn, table: EfficiencyTable): Promise<ModeledStep[]> {
  const plans = new Map<string, Promise<PlanJson>>();
  const plan = (adapter: string) => plans.getOrInsertComputed(adapter, planOn);
  return await Promise.all(
    Object.entries(CARDS).map(async ([name, { adapter }]) =>
      modelStep(await plan(adapter), name, table)
    ),
  );
}

/** The table of modeled steps. */
export function modelTable(steps: readonly ModeledStep[]): string {
  const of = ({ kernels }: ModeledStep, pattern: RegExp) =>
    figure(
      kernels.filter(({ kernel }) => pattern.test(kernel))
        .reduce((sum, { milliseconds }) => sum + milliseconds, 0),
    );
  return tableOf(
    [
      ...["card", "dispatches", "step, ms", "share of peak", "matmul", "attention", "other"],
      ...["launches", "slowest kernels"],
    ],
    steps.map((step) => [
      step.card,
      String(step.dispatches),
      figure(step.milliseconds),
      `${Math.round(100 * step.shareOfPeak)}%`,
      of(step, /^matmul\./),
      of(step, /^attention\./),
      of(step, /^(?!matmul\.|attention\.)/),
      figure(step.launchMilliseconds),
      step.kernels.slice(0, 3).map(({ kernel, variant, milliseconds }) =>
        `${kernel} (${variant}) ${figure(milliseconds)}`
      ).join(", "),
    ]),
  );
}

/** Facts of a plan and of compiled code that have targets. */
export function targetTable(
  plan: PlanJson,
  compiled: readonly CompiledStep[],
  modeled: readonly ModeledStep[],
): string {
  const flopsOf = (runs: PlanJson["runs"]) => runs.reduce((sum, { flops }) => sum + flops, 0);
  const matmuls = plan.runs.filter(({ kernel }) => kernel.startsWith("matmul."));
  const full = matmuls.filter(({ workgroups }) => workgroups >= FULL_CARD);
  const used = (gpu: string) =>
    compiled.find((step) => step.gpu === gpu)!.pipelines.filter(({ calls }) => calls.f32);
  const shares = (gpu: string) => {
    const shares = new Map<string, number[]>();
    for (const one of used(gpu)) {
      if (!one.kernel.startsWith("matmul.") || one.tuning.invocation_rows === undefined) continue;
      shares.set(one.variant, [...shares.get(one.variant) ?? [], fmaShare(one)]);
    }
    return [...shares].map(([variant, all]) => {
      const [least, most] = [Math.min(...all), Math.max(...all)].map((share) => share.toFixed(2));
      return `${variant} ${least === most ? least : `${least} to ${most}`}`;
    }).join("; ");
  };
  const spilled = used("arc").filter(({ spills, fills }) => spills + fills > 0);
  const time = (name: string) =>
    figure(modeled.find(({ card }) => card === CARDS[name].name)!.milliseconds);
  return tableOf(["what", "target", "now"], [
    [`dispatches of a step on ${plan.adapter}`, "≤ 400", String(plan.dispatches)],
    [
      `share of the matmul flops in dispatches of at least ${FULL_CARD} workgroups, ${plan.adapter}`,
      "≥ 90%",
      `${(100 * flopsOf(full) / flopsOf(matmuls)).toFixed(1)}%`,
    ],
    ["FMA share of the hot code, RDNA3", "≥ 0.83 (64²), ≥ 0.88 (128²)", shares("rdna3")],
    ["FMA share of the hot code, sm_86", "≥ 0.83 (64²), ≥ 0.88 (128²)", shares("sm86")],
    [
      "spills/fills of the variants used on Intel DG2",
      "0",
      spilled.map(({ kernel, variant, structural, spills, fills }) =>
        `${`${kernel} ${structuralText(structural)}`.trim()} (${variant}) ${spills}/${fills}`
      ).join("; ") || "0",
    ],
    [
      "modeled step, ms: H200 / RX 7900 XTX / Arc A770 / M3 Max",
      "≤ 22 / 28 / 100 / 100",
      ["h200", "rx7900xtx", "a770", "m3max"].map(time).join(" / "),
    ],
  ]);
}

/** Writes `model.md`. */
export async function writeModel(
  planOn: PlanOn,
  { config, batch, sequence }: Pick<CompiledStep, "config" | "batch" | "sequence">,
): Promise<string> {
  const modeled = await modelAll(planOn, await readEfficiencies());
  const page = [
    "# Modeled training step\n",
    `Written by \`deno task bench model --update-results\`: ${config}, batch ${batch}, ${sequence} tokens, float32, default`,
    "variants. No GPU was at hand: every time is modeled, from the plan of the dispatches and the compiled code. The formula",
    "is in `bench/gpu/time_model.ts`. Times are in milliseconds.\n",
    `${modelTable(modeled)}\n`,
    ...Object.values(CARDS).filter(({ note }) => note !== "").map(({ name, note }) =>
      `- ${name}: ${note}.`
    ),
    "\n## Targets\n",
    targetTable(await planOn("rdna3"), await readCompiled(), modeled),
    "",
  ].join("\n");
  await write("model.md", page);
  return page;
}
