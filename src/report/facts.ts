/**
 * What was trained, in a few facts from `run.json`.
 *
 * @module
 */
import { countParameters, parseConfig, pretrainingSpecs } from "../model/mod.ts";
import { count, measured, time } from "./figures.ts";
import type { RunRecord } from "./run_record.ts";
import { settingsRows } from "./settings_rows.ts";

/** A name and a value for the head of the page. */
export type Fact = readonly [name: string, value: string];

/** The facts of a run; what its `run.json` does not say is left out. */
export function runFacts(record: RunRecord): Fact[] {
  const rows = settingsRows(record.settings);
  const at = (path: string) => rows.get(path) ?? "";
  const of = (path: string) => at(`determinants.${path}`);
  const total = Number(at("settings.schedule.totalSteps"));
  const batch = Number(at("settings.batchSize"));
  const lengths = sequenceLengths(at);
  const parameters = parameterCount(record);
  const tokens = record.tokensAt(record.step);
  const facts: Fact[] = [
    ["Steps", total > 0 ? `${count(record.step)} of ${count(total)}` : count(record.step)],
    ["Training time", record.trainingSeconds > 0 ? time(record.trainingSeconds) : ""],
    ["Tokens trained on", tokens > 0 ? count(tokens) : ""],
    ["Parameters", parameters === null ? "" : count(parameters)],
    ["Model", modelShape(of)],
    ["Batch × sequence", batch > 0 && lengths !== "" ? `${count(batch)} × ${lengths}` : ""],
    ["Optimizer", optimizer(at)],
    ["Pair objective", of("config.pair_objective")],
    ["Device", at("adapter")],
    ["Seed", at("settings.seed")],
    ["Data", of("dataFingerprint").slice(0, 16)],
    ["Started", at("started").replace("T", " ").replace(/\.\d+Z$/, " UTC")],
    ["Versions", versions(at)],
    ["Revision", at("revision")],
  ];
  return facts.filter(([, value]) => value !== "");
}

/** How the run is called in one line under its name. */
export function modelShape(of: (path: string) => string): string {
  const layers = of("config.num_hidden_layers");
  if (layers === "") return "";
  const kind = of("config.model_type") === "bert" ? "BERT" : "ALBERT";
  const embedding = of("config.embedding_size");
  const parts = [
    `${layers} × ${of("config.hidden_size")}`,
    `${of("config.num_attention_heads")} heads`,
    embedding === "" ? "" : `embedding ${embedding}`,
    `vocabulary ${count(Number(of("config.vocab_size")))}`,
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
  const rate = measured(Number(at("settings.schedule.peakLearningRate")));
  const warmup = at("settings.schedule.warmupSteps");
  return `${kind === "lamb" ? "LAMB" : "AdamW"}, peak ${rate}, ${warmup} warm-up steps`;
}

function versions(at: (path: string) => string): string {
  const named = [["albert", at("version")], ["Deno", at("deno")]];
  return named.filter(([, version]) => version !== "").map((pair) => pair.join(" ")).join(", ");
}

/** The model's own census, or null when `run.json` holds no configuration that can be read. */
function parameterCount({ settings }: RunRecord): number | null {
  const config = (settings?.determinants as { config?: unknown } | undefined)?.config;
  if (config === undefined) return null;
  try {
    return countParameters(pretrainingSpecs(parseConfig(JSON.stringify(config))));
  } catch {
    return null; // A run of another version: the report shows what it can.
  }
}
