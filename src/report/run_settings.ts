/**
 * The content of `run.json` as facts, as rows of a table, and as differences between runs.
 *
 * @module
 */
import { formatCount, isObject, quote } from "../json/mod.ts";
import { countParameters, parseConfig, pretrainingSpecs } from "../model/mod.ts";
import { formatDuration, formatNumber } from "./format.ts";
import type { Fact } from "./page.ts";
import type { RunRecord } from "./run_record.ts";

/** Settings are never nested deeper; deeper values, from a file edited by hand, are shown abbreviated. */
const MAX_DEPTH = 16;

/** Settings by path: `settings.schedule.totalSteps`. */
export type SettingsRows = ReadonlyMap<string, string>;

/** Every leaf of a JSON value by its path: `phases[0].untilStep`. Lists of primitive values are leaves. */
export function settingsRows(value: unknown): SettingsRows {
  const rows = new Map<string, string>();
  collect(value, "", rows, 0);
  return rows;
}

function collect(value: unknown, path: string, rows: Map<string, string>, depth: number): void {
  if (depth > MAX_DEPTH) rows.set(path, quote(value));
  else if (Array.isArray(value) && value.some((item) => typeof item === "object")) {
    value.forEach((item, i) => collect(item, `${path}[${i}]`, rows, depth + 1));
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      collect(inner, path === "" ? key : `${path}.${key}`, rows, depth + 1);
    }
  } else rows.set(path, typeof value === "string" ? value : JSON.stringify(value) ?? "");
}

/** A setting that differs between runs. */
export interface Difference {
  /** Path in `run.json`, or the flag that sets it. */
  readonly path: string;
  /** One value per run; empty if the run does not have the setting. */
  readonly values: readonly string[];
}

/** Fields that repeat others of `run.json` or do not influence the result. */
const REPEATED = [
  ...["flags.", "started", "resumed", "settings.", "device.", "adapter", "best.", "parameters"],
];

/**
 * The settings in which runs differ: those that determine the weights, and all others that do not repeat one of them.
 *
 * @param runs the content of each run's `run.json`
 */
export function differences(runs: readonly unknown[]): Difference[] {
  const rows = runs.map(settingsRows);
  const paths = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const differing = paths
    .map((path) => ({ path, values: rows.map((row) => row.get(path) ?? "") }))
    .filter(({ values }) => values.some((value) => value !== values[0]));
  const determining = new Set(
    differing.filter(({ path }) => path.startsWith("determinants."))
      .map(({ path }) => path.replace("determinants.", "")),
  );
  return differing
    .filter(({ path }) => {
      const repeated = REPEATED.find((prefix) => path.startsWith(prefix));
      if (repeated === undefined) return true;
      return repeated === "settings." && !determining.has(path.slice(repeated.length));
    })
    .map(({ path, values }) => ({ path: path.replace(/^(determinants|settings)\./, ""), values }));
}

/** The main facts about a run; those that its `run.json` does not contain are omitted. */
export function runFacts(record: RunRecord): Fact[] {
  const rows = settingsRows(record.settings);
  const at = (path: string) => rows.get(path) ?? "";
  const determinant = (path: string) => at(`determinants.${path}`);
  const total = Number(at("settings.schedule.totalSteps"));
  const batch = Number(at("settings.batchSize"));
  const lengths = sequenceLengths(at);
  const parameters = parameterCount(record);
  const tokens = record.tokensAt(record.step);
  const facts: Fact[] = [
    [
      "Steps",
      (total > 0
        ? `${formatCount(record.step)} of ${formatCount(total)}`
        : formatCount(record.step)) +
      (record.stoppedEarly && record.step < total ? ", stopped early" : ""),
    ],
    ["Training time", record.trainingSeconds > 0 ? formatDuration(record.trainingSeconds) : ""],
    ["Training tokens", tokens > 0 ? formatCount(tokens) : ""],
    ["Parameters", parameters === null ? "" : formatCount(parameters)],
    ["Model", modelShape(determinant)],
    [
      "Batch × sequence length",
      batch > 0 && lengths !== "" ? `${formatCount(batch)} × ${lengths}` : "",
    ],
    ["Optimizer", optimizer(at)],
    ["Pair objective", record.task === "pretraining" ? pairObjective(record) : ""],
    ["Device", device(at)],
    ["Seed", at("settings.seed")],
    ["Data fingerprint", determinant("dataFingerprint").slice(0, 16)],
    ["Started", startedAt(record, at("started"))],
    ["Versions", versions(at)],
    ["Revision", at("revision")],
  ];
  return facts.filter(([, value]) => value !== "");
}

/** Names of pair objectives. */
const OBJECTIVES: Readonly<Record<string, string>> = {
  sop: "sentence order (SOP)",
  nsp: "next sentence (NSP)",
};

function pairObjective({ pairObjective }: RunRecord): string {
  return Object.hasOwn(OBJECTIVES, pairObjective) ? OBJECTIVES[pairObjective] : pairObjective;
}

/** The adapter, and what multiplies matrices if that is a library. */
function device(at: (path: string) => string): string {
  const products = at("device.numerics.products");
  const library = products !== "" && products !== at("device.numerics.kernels");
  return library ? `${at("adapter")}, ${products}` : at("adapter");
}

/** The time of the first logged step; that in `run.json` is the start, or in earlier versions the time at which the run was last resumed. */
function startedAt({ startedAt }: RunRecord, resumed: string): string {
  const time = startedAt === null ? resumed : new Date(1000 * startedAt).toISOString();
  return time.replace("T", " ").replace(/\.\d+Z$/, " UTC");
}

/** `ALBERT, 12 × 768, 12 heads, embedding 128, vocabulary 30,000`. */
function modelShape(determinant: (path: string) => string): string {
  const layers = determinant("config.num_hidden_layers");
  if (layers === "") return "";
  const kind = determinant("config.model_type").toUpperCase() || "ALBERT";
  const embedding = determinant("config.embedding_size");
  const parts = [
    `${layers} × ${determinant("config.hidden_size")}`,
    `${determinant("config.num_attention_heads")} heads`,
    embedding === "" ? "" : `embedding ${embedding}`,
    `vocabulary ${formatCount(Number(determinant("config.vocab_size")))}`,
  ];
  return `${kind}, ${parts.filter((part) => part !== "").join(", ")}`;
}

/** `128, then 512` for a run of two phases. */
function sequenceLengths(at: (path: string) => string): string {
  const lengths: string[] = [];
  for (let i = 0; at(`settings.phases[${i}].untilStep`) !== ""; i++) {
    lengths.push(at(`settings.phases[${i}].examples.maxSeqLength`));
  }
  return lengths.length > 0
    ? lengths.join(", then ")
    : at("settings.examples.maxSeqLength") || at("settings.maxSeqLength");
}

function optimizer(at: (path: string) => string): string {
  const kind = at("settings.optimizer.kind");
  if (kind === "") return "";
  const rate = formatNumber(Number(at("settings.schedule.peakLearningRate")));
  const warmup = at("settings.schedule.warmupSteps");
  return `${
    kind === "lamb" ? "LAMB" : "AdamW"
  }, peak learning rate ${rate}, ${warmup} warmup steps`;
}

function versions(at: (path: string) => string): string {
  const named = [["albert", at("version")], ["Deno", at("deno")]];
  return named.filter(([, version]) => version !== "").map((pair) => pair.join(" ")).join(", ");
}

/** Returns the number of parameters of the model; null if `run.json` has neither it nor a valid configuration. */
export function parameterCount({ settings }: RunRecord): number | null {
  if (typeof settings?.parameters === "number") return settings.parameters;
  const config = (settings?.determinants as { config?: unknown } | undefined)?.config;
  if (config === undefined) return null;
  try {
    return countParameters(pretrainingSpecs(parseConfig(JSON.stringify(config))));
  } catch {
    return null; // A run of another version.
  }
}
